// Boxes by split, state and class, with how many of each have what some label files cannot say; a stretch of images at a time.
import type { ImageState, Split } from '../../shared/model.ts';
import type { ReadableDb } from './database.ts';
import type { Stretch } from './label-facts.ts';

/** What a box may have that label files of some formats cannot say, or that their readers take amiss. */
export const boxTraits = [
  'ignored',
  'difficult',
  'truncated',
  'occluded',
  'scored',
  'tracked',
  'outside',
  'thin',
] as const;
export type BoxTrait = (typeof boxTraits)[number];

export type CountedBoxes = Readonly<Record<BoxTrait | 'boxes', number>> & {
  readonly split: Split | null;
  readonly state: ImageState;
  readonly classId: number;
};

export function countBoxes(db: ReadableDb, stretch: Stretch): CountedBoxes[] {
  const sql = `SELECT image.split, image.state, box.class_id AS classId, count(*) AS boxes,
      sum(box.ignored) AS ignored, sum(box.difficult) AS difficult, sum(box.truncated) AS truncated,
      sum(box.occluded) AS occluded, sum(box.score IS NOT NULL) AS scored, sum(box.track_id IS NOT NULL) AS tracked,
      sum(box.x < 0 OR box.y < 0 OR box.x + box.width > image.width OR box.y + box.height > image.height) AS outside,
      sum(box.width < 1 OR box.height < 1) AS thin
    FROM live_image AS image JOIN live_box AS box ON box.image_id = image.id
    WHERE image.id > :after AND image.id <= :to GROUP BY image.split, image.state, box.class_id`;
  return db.read<CountedBoxes>(sql).all({ ...stretch });
}
