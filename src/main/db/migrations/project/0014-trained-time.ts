// How long a run was really trained, without its pauses.
export const version = 14;
export const name = 'trained-time';

export const sql = `
-- milliseconds of its stretches that are over
ALTER TABLE run ADD COLUMN trained_ms INTEGER NOT NULL DEFAULT 0;
-- when the stretch under way began; null while it does not train
ALTER TABLE run ADD COLUMN training_since INTEGER;
-- of runs of before, pauses cannot be told apart
UPDATE run SET trained_ms = max(0, ended_at - started_at) WHERE ended_at IS NOT NULL AND started_at IS NOT NULL;
-- of those that are not over it is known when they last did something
UPDATE run SET trained_ms = max(0, max(
  coalesce((SELECT max(at) FROM run_log WHERE run_log.run = run.seq), started_at),
  coalesce((SELECT max(created_at) FROM evaluation WHERE evaluation.run = run.seq), started_at)
) - started_at) WHERE ended_at IS NULL AND started_at IS NOT NULL;
`;
