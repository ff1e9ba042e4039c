// What decides an image's place in the queues of work, whatever the score.
export const version = 11;
export const name = 'rank-facts';

export const sql = `
ALTER TABLE suggested_image DROP COLUMN ranked_revision;
ALTER TABLE suggested_image DROP COLUMN ranked_score;
ALTER TABLE suggested_image DROP COLUMN uncertainty;
ALTER TABLE suggested_image DROP COLUMN uncertain_reason;
ALTER TABLE suggested_image DROP COLUMN disagreement;
ALTER TABLE suggested_image DROP COLUMN disagree_reason;
-- float64: see ranking.ts; null: not known
ALTER TABLE suggested_image ADD COLUMN facts BLOB;
-- the labels' revision, and the meaning of the model's classes, that the facts are of
ALTER TABLE suggested_image ADD COLUMN facts_revision INTEGER;
ALTER TABLE suggested_image ADD COLUMN facts_meaning INTEGER;
-- JSON: the class of the project each class of the model stands for today, and how often that changed
ALTER TABLE suggestion_model ADD COLUMN meaning TEXT NOT NULL DEFAULT '';
ALTER TABLE suggestion_model ADD COLUMN meanings INTEGER NOT NULL DEFAULT 0;
`;
