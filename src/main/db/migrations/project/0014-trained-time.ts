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
UPDATE run SET training_since = started_at WHERE status = 'running';
`;
