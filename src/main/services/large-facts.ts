// The boxes of a large import as its journal keeps them: in parts beside its row, written ahead of it, read as they are needed.
import type { Box } from '../../shared/model.ts';
import type { ReadableDb, WritableDb } from '../db/database.ts';
import { deleteJournalPart, journalParts, partsAbout, putJournalPart } from '../db/journal-parts.ts';

/** null: the box is not there. */
export type BoxFact = readonly [id: number, box: Box | null];

export interface BoxChange {
  readonly id: number;
  readonly was: Box | null;
  readonly is: Box | null;
}

/** Which side of an import's parts holds: its boxes, or those that were there before. */
export interface LargeFacts {
  readonly importId: number;
  readonly side: 'before' | 'after';
}

const USUAL = {
  ignore: false,
  ignoreReason: null,
  difficult: false,
  truncated: false,
  occluded: false,
  score: null,
  trackId: null,
  origin: 'imported',
  z: 0,
  extra: null,
} as const;

/** Without what most boxes have in common: half of the text. */
function shortened(box: Box | null): Partial<Box> | null {
  if (box === null) return null;
  const entries = Object.entries(box).filter(([key, value]) => USUAL[key as keyof typeof USUAL] !== value);
  return Object.fromEntries(entries);
}

function factsIn(text: string): BoxFact[] {
  const facts = JSON.parse(text) as (readonly [number, Partial<Box> | null])[];
  return facts.map(([id, box]) => [id, box && ({ ...USUAL, ...box } as Box)]);
}

/** Changes of boxes by image -> a part for each stretch of images; may be set aside between two. */
export function* writeLargeFacts(
  db: WritableDb,
  importId: number,
  changes: ReadonlyMap<number, readonly BoxChange[]>,
): Generator<void> {
  const ids = [...changes.keys()].sort((a, b) => a - b);
  for (let position = 0; position * IMAGES_A_PART < ids.length; position++) {
    const some = ids.slice(position * IMAGES_A_PART, (position + 1) * IMAGES_A_PART);
    const own = some.flatMap((id) => changes.get(id) ?? []);
    putJournalPart(db, importId, some, {
      position,
      before: JSON.stringify(own.map(({ id, was }) => [id, shortened(was)])),
      after: JSON.stringify(own.map(({ id, is }) => [id, shortened(is)])),
    });
    yield;
  }
}

const IMAGES_A_PART = 100;

/** Takes what is said of these images, and of these boxes, out of the parts. */
export function forgetLargeFacts(
  db: WritableDb,
  importId: number,
  imageIds: readonly number[],
  boxIds: ReadonlySet<number>,
): void {
  const gone = new Set(imageIds);
  for (const part of partsAbout(db, importId, imageIds)) {
    const kept = (text: string) =>
      JSON.stringify((JSON.parse(text) as [number][]).filter(([id]) => !boxIds.has(id)));
    const [before, after] = [kept(part.before), kept(part.after)];
    const images = part.imageIds.filter((id) => !gone.has(id));
    deleteJournalPart(db, importId, part.position);
    if (images.length > 0) putJournalPart(db, importId, images, { position: part.position, before, after });
  }
}

/** What the parts say, one after another; only those about an image where one is named. */
export function* largeFacts(
  db: ReadableDb,
  { importId, side }: LargeFacts,
  imageId?: number,
): Generator<BoxFact[]> {
  for (const part of journalParts(db, importId, imageId ?? null)) yield factsIn(part[side]);
}
