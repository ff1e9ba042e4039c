// CrowdHuman odgt: a JSON record a line, people with a box of the whole body, of what is visible of it and of the head.
import { extname } from 'node:path';
import { Problem } from '../../shared/problem.ts';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { draftList, folderOf } from './draft-list.ts';
import { nameBelow } from './image-files.ts';
import { type ImageIndex, nearTo } from './image-index.ts';
import { arrayOf, isRecord, linesOf, numberOf, readSourceText, Unreadable } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import { splitOfFile } from './split-folders.ts';
import type { StagedBox, StagedDataset } from './staged.ts';
import { Staging } from './staging.ts';

export const crowdhuman: DatasetFormat = {
  name: 'crowdhuman',
  detect: async (source, tree) => ((await tree.labels(source, 'crowdhuman')).length > 0 ? 0.9 : 0),
  read: readCrowdhuman,
  write: () =>
    Promise.reject(new Problem('CrowdHuman files are read, not written.', 'Export as coco, voc or yolo.')),
};

/** The usual one first. */
const parts = ['full', 'visible', 'head'] as const;
type Part = (typeof parts)[number];

const keys: Readonly<Record<Part, string>> = { full: 'fbox', visible: 'vbox', head: 'hbox' };
const fileLimit = 256 * 2 ** 20;

async function readCrowdhuman(
  source: string,
  options: ReadOptions,
  tree: SourceTree,
): Promise<StagedDataset> {
  const telling = await tree.labels(source, 'crowdhuman');
  const isOdgt = (file: string) => extname(file).toLowerCase() === '.odgt';
  const files = telling.length > 0 ? telling : (await tree.filesOf(source)).filter(isOdgt);
  if (files.length === 0) throw new Unreadable('there is no CrowdHuman file');
  const part = parts.find((known) => known === options.variant) ?? 'full';
  const staging = new Staging('crowdhuman', options);
  staging.offer(part, parts);
  const folder = await folderOf(source);
  const list = await draftList(source, options, staging, tree);
  for (const file of files) {
    const text = await staging.attempt(file, () => readSourceText(file, fileLimit));
    const split = splitOfFile(folder, file);
    for (const [index, line] of linesOf(text ?? '').entries()) {
      const record = await staging.attempt(file, () => recordOf(line, index + 1));
      if (record === undefined) continue;
      const id = String(record.ID);
      const people = arrayOf(record.gtboxes);
      const boxes = people.flatMap((person) => boxOf(person, part, id, staging));
      const lost = people.length - boxes.length;
      const near = nearTo(nameBelow(list.images.root, file), split);
      await list.take(id, (images) => imageOf(id, images, near), {
        labelFile: file,
        boxes: () => boxes,
        ...(lost > 0 && { lost }),
        ...(split && { split }),
      });
    }
  }
  return list.finish();
}

function recordOf(line: string, number: number): Record<string, unknown> {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    throw new Unreadable(`line ${number} is not valid JSON`);
  }
  if (!isRecord(record) || typeof record.ID !== 'string')
    throw new Unreadable(`line ${number} names no image`);
  return record;
}

/** The ID is the name without suffix, whatever marks are in it. */
function imageOf(id: string, images: ImageIndex, near: ReturnType<typeof nearTo>): string {
  try {
    return images.byName(`${id}.jpg`, near);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return images.byStem(id, near);
  }
}

function boxOf(person: unknown, part: Part, id: string, staging: Staging): StagedBox[] {
  if (!isRecord(person)) return [];
  const [x, y, width, height] = arrayOf(person[keys[part]]).map(numberOf);
  if (x === undefined || y === undefined || width === undefined || height === undefined) {
    staging.skip(id, `a person without a box of the kind ${part} was left out`);
    return [];
  }
  const why = whyIgnored(person, part);
  const { extra } = person;
  const boxId = isRecord(extra) ? extra.box_id : undefined;
  return [
    {
      classIndex: staging.classIndex(part === 'head' ? 'head' : 'person') ?? 0,
      x1: x,
      y1: y,
      x2: x + width,
      y2: y + height,
      ...(why !== undefined && { ignore: why }),
      ...(typeof boxId === 'number' && { extra: { box_id: boxId } }),
    },
  ];
}

/** Crowds, reflections and statues have another tag than a person. */
function whyIgnored(
  { tag, extra, head_attr: head }: Record<string, unknown>,
  part: Part,
): string | undefined {
  if (tag !== 'person') return typeof tag === 'string' ? tag : 'no person';
  const isOn = (record: unknown) => isRecord(record) && record.ignore === 1;
  return isOn(extra) || (part === 'head' && isOn(head)) ? 'ignore' : undefined;
}
