// YOLO out, as Ultralytics reads it: labels/<split>/, data.yaml and, where wanted, images/<split>/.
import { extname } from 'node:path';
import { stringify } from 'yaml';
import type { ExportDataset, ExportOptions, Written } from './dataset-format.ts';
import { exportSplits, type NamedImage, namedImages } from './export-names.ts';
import { putCopy, putText } from './output-folder.ts';
import type { StagedBox } from './staged.ts';
import { rowOfBox } from './yolo-labels.ts';
import { type Marks, type SidecarImage, sidecarName } from './yolo-sidecar.ts';

interface Tally {
  clipped: number;
  outside: number;
  ignored: number;
  repeated: number;
}

export async function writeYolo(
  dataset: ExportDataset,
  outDir: string,
  options: ExportOptions,
): Promise<Written> {
  const named = namedImages(dataset.images, options.imageRoot);
  const without = named.every(({ image }) => image.split === undefined) ? 'all' : 'unsplit';
  const sidecar: Record<string, SidecarImage> = {};
  const tally: Tally = { clipped: 0, outside: 0, ignored: 0, repeated: 0 };
  for (const [index, entry] of named.entries()) {
    options.signal?.throwIfAborted();
    const place = `${entry.image.split ?? without}/${entry.stem}`;
    const { text, beside } = labelOf(entry, tally);
    await putText(outDir, `labels/${place}.txt`, text);
    if (Object.keys(beside).length > 0) sidecar[place] = beside;
    if (options.copyImages) await putCopy(outDir, `images/${place}${extname(entry.name)}`, entry.image.path);
    options.onProgress?.(index + 1, named.length);
  }
  await putText(outDir, 'data.yaml', dataYaml(dataset, named, without));
  if (Object.keys(sidecar).length > 0) {
    await putText(outDir, sidecarName, `${JSON.stringify({ version: 1, images: sidecar }, null, 1)}\n`);
  }
  return { convention: 'cxcywh-normalised', notes: notesOf(tally) };
}

/** Rows of the boxes that count, and what goes into the side file. */
function labelOf({ image, name, isSole }: NamedImage, tally: Tally): { text: string; beside: SidecarImage } {
  const lines: string[] = [];
  const rows: Record<string, Marks> = {};
  const ignored: ({ at: number } & StagedBox)[] = [];
  for (const box of image.boxes) {
    if (box.ignore !== undefined) {
      ignored.push({ at: lines.length + ignored.length, ...box });
      tally.ignored++;
      continue;
    }
    const row = rowOfBox(box, image);
    if (row === undefined) {
      tally.outside++;
      continue;
    }
    if (lines.includes(`${row.text}\n`)) {
      tally.repeated++;
      continue;
    }
    if (row.clipped) tally.clipped++;
    const { classIndex: _class, x1: _x1, y1: _y1, x2: _x2, y2: _y2, ...marks } = box;
    if (Object.keys(marks).length > 0) rows[lines.length] = marks;
    lines.push(`${row.text}\n`);
  }
  const beside = {
    ...(!isSole && { file: name }),
    ...(image.group !== undefined && { group: image.group }),
    ...(image.extra && { extra: image.extra }),
    ...(Object.keys(rows).length > 0 && { rows }),
    ...(ignored.length > 0 && { ignored }),
  };
  return { text: lines.join(''), beside };
}

/** `path` is left out: Ultralytics then starts from the file's own folder. */
function dataYaml({ classes }: ExportDataset, named: readonly NamedImage[], without: string): string {
  const present = exportSplits.filter((split) => named.some(({ image }) => image.split === split));
  const splits = present.flatMap((split) =>
    split === undefined ? [] : [[split, `images/${split}`] as const],
  );
  const everywhere = [['train', `images/${without}`] as const, ['val', `images/${without}`] as const];
  return stringify(
    {
      ...Object.fromEntries(splits.length > 0 ? splits : everywhere),
      nc: classes.length,
      names: Object.fromEntries(classes.map(({ name }, id) => [id, name])),
    },
    { lineWidth: 0 },
  );
}

function notesOf({ clipped, outside, ignored, repeated }: Tally): string[] {
  return [
    ...(clipped > 0 ? [`${clipped} boxes were clipped to their image.`] : []),
    ...(outside > 0 ? [`${outside} boxes lie outside their image and were left out.`] : []),
    ...(repeated > 0 ? [`${repeated} boxes that repeat another one were left out.`] : []),
    ...(ignored > 0 ? [`${ignored} ignored boxes are in ${sidecarName}, not in the labels.`] : []),
  ];
}
