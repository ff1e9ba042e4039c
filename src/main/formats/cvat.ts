// CVAT for images and for video, XML 1.1: boxes by their corners in pixels, tracks over frames.
import { dirname } from 'node:path';
import { framesOfTrack } from './cvat-tracks.ts';
import { writeCvat } from './cvat-write.ts';
import { type CvatBox, type CvatFile, cvatLimit, parseCvat } from './cvat-xml.ts';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { type DraftList, draftList, folderOf } from './draft-list.ts';
import { nameBelow, stemOf } from './image-files.ts';
import { nearTo } from './image-index.ts';
import { readManifest } from './manifest.ts';
import { readSourceText, Unreadable } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import { folderSplit, splitNamed } from './split-folders.ts';
import type { StagedBox, StagedDataset } from './staged.ts';
import { Staging } from './staging.ts';

export const cvat: DatasetFormat = {
  name: 'cvat',
  detect: async (source, tree) => ((await tree.labels(source, 'cvat')).length > 0 ? 0.92 : 0),
  read: readCvat,
  write: writeCvat,
};

async function readCvat(source: string, options: ReadOptions, tree: SourceTree): Promise<StagedDataset> {
  const files = await tree.labels(source, 'cvat');
  if (files.length === 0) throw new Unreadable('there is no CVAT file');
  const staging = new Staging('cvat', options, await readManifest(await folderOf(source), 'cvat'));
  const list = await draftList(source, options, staging, tree);
  for (const file of files) {
    const parsed = await staging.attempt(file, async () =>
      parseCvat(await readSourceText(file, cvatLimit), staging.turns),
    );
    if (parsed === undefined) continue;
    for (const label of parsed.labels) staging.classIndex(label);
    await takeImages(parsed, file, list, staging);
    await takeTracks(parsed, file, list, staging);
  }
  return list.finish();
}

async function takeImages(parsed: CvatFile, file: string, list: DraftList, staging: Staging): Promise<void> {
  for (const { name, subset, size, boxes, polygons, others, ours } of parsed.images) {
    if (polygons > 0)
      staging.count(
        'image has polygons, taken as the boxes around them.',
        'images have polygons, taken as the boxes around them.',
      );
    for (const kind of others)
      staging.count(`shape of the kind ${kind} was left out.`, `shapes of the kind ${kind} were left out.`);
    const staged = boxes.flatMap((box) => stagedBox(box, name, staging));
    // a tag is about the whole image
    const lost = boxes.length - staged.length + others.filter((kind) => kind !== 'tag').length;
    const split = splitNamed(subset) ?? folderSplit(name);
    const near = nearTo(nameBelow(list.images.root, file), split);
    const find = () => {
      if (name === '') throw new Unreadable('an image has no name');
      return list.images.byName(name, near);
    };
    await list.take(name, find, {
      labelFile: file,
      boxes: () => staged,
      ...(lost > 0 && { lost }),
      ...(size && { stated: size }),
      ...(split && { split }),
      ...(typeof ours.group === 'string' && { group: ours.group }),
      ...(ours.extra && { extra: ours.extra }),
    });
  }
}

/** Boxes of tracks by frame; a frame's image is the one whose name ends in the frame's number. */
async function takeTracks(
  { tracks, size }: CvatFile,
  file: string,
  list: DraftList,
  staging: Staging,
): Promise<void> {
  if (tracks.length === 0) return;
  const byFrame = new Map<number, { boxes: StagedBox[]; lost: number }>();
  const take = (frame: number, boxes: readonly StagedBox[]) => {
    const known = byFrame.get(frame) ?? { boxes: [], lost: 0 };
    known.boxes.push(...boxes);
    byFrame.set(frame, { ...known, lost: known.lost + Number(boxes.length === 0) });
  };
  for (const track of tracks) {
    for (const kind of track.others)
      staging.count(
        `shape of the kind ${kind} in tracks was left out.`,
        `shapes of the kind ${kind} in tracks were left out.`,
      );
    for (const { frame, box } of framesOfTrack(track.boxes)) {
      take(frame, stagedBox({ ...box, label: track.label }, `${file} (frame ${frame})`, staging, track.id));
    }
    for (const { frame } of framesOfTrack(track.unread)) take(frame, []);
  }
  const beside = nameBelow(list.images.root, dirname(file));
  const numbered = numberedImages(list.images.files, list.images.root, beside);
  for (const [frame, { boxes, lost }] of [...byFrame].sort(([a], [b]) => a - b)) {
    const path = numbered.get(frame);
    if (path === undefined)
      staging.count(
        'frame with boxes has no image whose name ends in its number.',
        'frames with boxes have no image whose name ends in their number.',
      );
    else {
      await list.take(path, () => path, {
        labelFile: file,
        boxes: () => boxes,
        ...(lost > 0 && { lost }),
        ...(size && { stated: size }),
      });
    }
  }
}

/** Frame number -> image; those below the label file's folder win. */
function numberedImages(files: readonly string[], root: string, beside: string): Map<number, string> {
  const found = new Map<number, string>();
  const isNear = (path: string) => beside === '' || nameBelow(root, path).startsWith(`${beside}/`);
  for (const path of [...files].sort((a, b) => Number(isNear(b)) - Number(isNear(a)))) {
    const number = /(\d{1,9})$/.exec(stemOf(path))?.[1];
    if (number !== undefined && !found.has(Number(number))) found.set(Number(number), path);
  }
  return found;
}

function stagedBox(box: CvatBox, where: string, staging: Staging, trackId?: string): StagedBox[] {
  const classIndex = staging.classIndex(box.label);
  if (classIndex === undefined) {
    staging.skip(where, 'a box without a label was left out');
    return [];
  }
  if (box.rotation !== 0)
    staging.count(
      'rotated box was taken as the upright box around it.',
      'rotated boxes were taken as the upright box around them.',
    );
  const { ignore, score, trackId: kept, difficult, truncated } = box.ours;
  return [
    {
      classIndex,
      ...(box.rotation === 0 ? box.corners : aroundRotated(box)),
      ...(typeof ignore === 'string' && { ignore }),
      ...(difficult === true && { difficult: true }),
      ...(truncated === true && { truncated: true }),
      ...(box.occluded && { occluded: true }),
      ...(typeof score === 'number' && { score }),
      ...(trackId !== undefined ? { trackId } : typeof kept === 'string' && { trackId: kept }),
      ...(box.extra && { extra: box.extra }),
    },
  ];
}

/** The upright box around one turned about its centre. */
function aroundRotated({ corners: { x1, y1, x2, y2 }, rotation }: CvatBox): CvatBox['corners'] {
  const angle = (rotation * Math.PI) / 180;
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  const [cx, cy, width, height] = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
  const [halfX, halfY] = [(width * cos + height * sin) / 2, (width * sin + height * cos) / 2];
  return { x1: cx - halfX, y1: cy - halfY, x2: cx + halfX, y2: cy + halfY };
}
