// The first schema of checkpoints.db.
export const version = 1;
export const name = 'checkpoints';

export const sql = `
CREATE TABLE tensor_blob (
  -- sha256 of dtype, shape and bytes
  hash TEXT PRIMARY KEY,
  dtype TEXT NOT NULL,
  shape TEXT NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE checkpoint (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL,
  step INTEGER NOT NULL,
  epoch REAL NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('best', 'last', 'every', 'pause')),
  metrics TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX checkpoint_run ON checkpoint (run_id, id);

-- deferred: the tensors of a checkpoint are written before the row that makes them one
CREATE TABLE checkpoint_tensor (
  checkpoint_id INTEGER NOT NULL REFERENCES checkpoint (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL REFERENCES tensor_blob (hash),
  -- the order they were given in
  position INTEGER NOT NULL,
  PRIMARY KEY (checkpoint_id, role, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX checkpoint_tensor_blob ON checkpoint_tensor (hash);
`;
