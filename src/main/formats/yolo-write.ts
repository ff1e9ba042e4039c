// YOLO out, as Ultralytics reads it: labels/<split>/, data.yaml and, where wanted, images/<split>/.
import { extname } from 'node:path';
import { stringify } from 'yaml';
import { counted } from '../../shared/counted.ts';
import type { ExportDataset, ExportOptions, Written } from './dataset-format.ts';
import { exportSplits, type NamedImage, namedImages } from './export-names.ts';
import type { OutputFolder } from './output-folder.ts';
import type { StagedBox } from './staged.ts';
import { rowOfBox } from './yolo-labels.ts';
import { type Marks, type SidecarImage, sidecarName } from './yolo-sidecar.ts';

/** An image's entry as JSON. */
type Beside = Omit<SidecarImage, 'rows'> & { readonly rows?: Readonly<Record<string, Marks>> };

interface Tally {
  clipped: number;
  outside: number;
  ignored: number;
  repeated: number;
}

export async function writeYolo(
  dataset: ExportDataset,
  out: OutputFolder,
  options: ExportOptions,
): Promise<Written> {
  const named = namedImages(dataset.images, options.imageRoot);
  const without = named.every(({ image }) => image.split === undefined) ? 'all' : 'unsplit';
  const sidecar: Record<string, Beside> = {};
  const tally: Tally = { clipped: 0, outside: 0, ignored: 0, repeated: 0 };
  for (const [index, entry] of named.entries()) {
    const place = `${entry.image.split ?? without}/${entry.stem}`;
    const { text, beside } = labelOf(entry, tally);
    await out.text(`labels/${place}.txt`, text);
    if (Object.keys(beside).length > 0) sidecar[place] = beside;
    if (options.copyImages) await out.copy(`images/${place}${extname(entry.name)}`, entry.image.path);
    options.onProgress?.(index + 1, named.length);
  }
  const places = placesOf(named, without);
  await out.text('data.yaml', dataYaml(dataset, places));
  if (Object.keys(sidecar).length > 0) {
    await out.text(sidecarName, sidecarText(sidecar));
  }
  return {
    convention: 'cxcywh-normalised',
    notes: [...notesOf(tally), ...splitNotes(named, places)],
    ...apartOf(tally),
  };
}

function* sidecarText(images: Readonly<Record<string, Beside>>): Iterable<string> {
  let before = '{"version": 1, "images": {\n';
  for (const [name, entry] of Object.entries(images)) {
    yield `${before}${JSON.stringify(name)}: ${JSON.stringify(entry)}`;
    before = ',\n';
  }
  yield '\n}}\n';
}

/** Rows of the boxes that count, and what goes into the side file. */
function labelOf({ image, name, isSole }: NamedImage, tally: Tally): { text: string; beside: Beside } {
  const lines = new Set<string>();
  const rows: Record<string, Marks> = {};
  const apart: ({ at: number } & StagedBox)[] = [];
  for (const box of image.boxes) {
    const row = box.ignore === undefined ? rowOfBox(box, image) : undefined;
    if (row === undefined || lines.has(row.text)) {
      apart.push({ at: lines.size + apart.length, ...box });
      tally[box.ignore !== undefined ? 'ignored' : row === undefined ? 'outside' : 'repeated']++;
      continue;
    }
    lines.add(row.text);
    if (row.clipped) tally.clipped++;
    const marks = marksOf(box, row.isExact);
    if (Object.keys(marks).length > 0) rows[row.text] = marks;
  }
  const beside = {
    ...(!isSole && { file: name }),
    ...(image.group !== undefined && { group: image.group }),
    ...(image.extra && { extra: image.extra }),
    ...(Object.keys(rows).length > 0 && { rows }),
    ...(apart.length > 0 && { apart }),
  };
  return { text: [...lines].map((line) => `${line}\n`).join(''), beside };
}

/** What a row does not say of its box; flags only where they are set. */
function marksOf({ classIndex: _class, x1, y1, x2, y2, ...marks }: StagedBox, isExact: boolean): Marks {
  const said = Object.entries(marks).filter(([, value]) => value !== undefined && value !== false);
  return { ...(!isExact && { x1, y1, x2, y2 }), ...Object.fromEntries(said) };
}

/** The folders of data.yaml. Trainers want train and val: where one is missing the other stands for it. */
function placesOf(named: readonly NamedImage[], without: string) {
  const present = exportSplits.filter((split) => named.some(({ image }) => image.split === split));
  const folders = Object.fromEntries(present.flatMap((split) => (split ? [[split, `images/${split}`]] : [])));
  const { train, val, test } = folders;
  const stand = train ?? val ?? test ?? `images/${without}`;
  return { train: train ?? stand, val: val ?? stand, ...(test !== undefined && { test }) };
}

/** `path` is left out: Ultralytics then starts from the file's own folder. */
function dataYaml({ classes }: ExportDataset, places: ReturnType<typeof placesOf>): string {
  return stringify(
    { ...places, nc: classes.length, names: classes.map(({ name }) => name) },
    // readers of YAML 1.1 take a bare `no` or `012` for something else
    { lineWidth: 0, version: '1.1' },
  );
}

function splitNotes(named: readonly NamedImage[], places: ReturnType<typeof placesOf>): string[] {
  const count = (split: string | undefined) => named.filter(({ image }) => image.split === split).length;
  const loose = count(undefined);
  if (loose === named.length)
    return [`No image has a split: data.yaml names ${places.train} for training and for validation.`];
  const missing = (['train', 'val'] as const).filter((split) => count(split) === 0);
  return [
    ...missing.map(
      (split) => `No image is in ${split}: data.yaml names ${places[split]}, since trainers want one.`,
    ),
    ...(loose > 0
      ? [
          `${counted(loose, 'image without a split is', 'images without a split are')} in images/unsplit, which data.yaml does not name.`,
        ]
      : []),
  ];
}

function apartOf({ clipped, outside, ignored, repeated }: Tally): Pick<Written, 'apart'> {
  const boxes = outside + ignored + repeated;
  return boxes + clipped > 0 ? { apart: { place: sidecarName, boxes, cut: clipped } } : {};
}

function notesOf({ clipped, outside, ignored, repeated }: Tally): string[] {
  return [
    ...(clipped > 0
      ? [
          `${counted(clipped, 'box was', 'boxes were')} clipped to the image; ${sidecarName} has ${clipped === 1 ? 'it' : 'them'} whole.`,
        ]
      : []),
    ...(outside > 0
      ? [
          `${counted(outside, 'box lies outside its image and is', 'boxes lie outside their image and are')} only in ${sidecarName}.`,
        ]
      : []),
    ...(repeated > 0
      ? [
          `${counted(repeated, 'box repeats another one and is', 'boxes repeat another one and are')} only in ${sidecarName}.`,
        ]
      : []),
    ...(ignored > 0
      ? [`${counted(ignored, 'ignored box is', 'ignored boxes are')} in ${sidecarName}, not in the labels.`]
      : []),
  ];
}
