// What a person writes about a run, where it came from, what it saw, and the queue.
export const version = 2;
export const name = 'run-notes';

export const sql = `
ALTER TABLE run ADD COLUMN notes TEXT NOT NULL DEFAULT '';
-- JSON list of texts
ALTER TABLE run ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE run ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
-- JSON: what it was started with besides its recipe; null for runs of before
ALTER TABLE run ADD COLUMN plan TEXT;
-- the run and the checkpoint (of checkpoints.db) whose weights it began with
ALTER TABLE run ADD COLUMN parent_run INTEGER REFERENCES run (seq) ON DELETE SET NULL;
ALTER TABLE run ADD COLUMN parent_checkpoint INTEGER;
-- place in the queue; null where it is not in it
ALTER TABLE run ADD COLUMN queue_place INTEGER;

-- deflated JSON of what a run saw on the same few images after each evaluation
CREATE TABLE run_prediction (
  run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  epoch REAL NOT NULL,
  images BLOB NOT NULL,
  PRIMARY KEY (run, step)
) STRICT;

CREATE TABLE run_export (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
  checkpoint_id INTEGER NOT NULL,
  format TEXT NOT NULL,
  dir TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX run_export_run ON run_export (run, id);
`;
