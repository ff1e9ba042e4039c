// The first schema of project.db.
export const version = 1;
export const name = 'project';

export const sql = `
CREATE TABLE project (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- relative to the project folder where it lies inside, absolute otherwise
  image_root TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE class (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  colour TEXT NOT NULL,
  position INTEGER NOT NULL,
  hotkey TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  merged_into INTEGER REFERENCES class (id),
  source_id TEXT
) STRICT;
CREATE UNIQUE INDEX class_name ON class (name) WHERE deleted = 0;

CREATE TABLE dataset_import (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  format TEXT NOT NULL,
  convention TEXT,
  report TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE image (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  import_id INTEGER REFERENCES dataset_import (id),
  path TEXT NOT NULL,
  -- the path as compared: NFC, lower case where the file system does not care
  path_key TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  orientation INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('unlabelled', 'in-progress', 'done', 'empty')),
  split TEXT CHECK (split IN ('train', 'val', 'test')),
  content_hash TEXT,
  group_key TEXT,
  revision INTEGER NOT NULL DEFAULT 0,
  removed INTEGER NOT NULL DEFAULT 0,
  extra TEXT
) STRICT;
CREATE UNIQUE INDEX image_path ON image (path_key) WHERE removed = 0;
CREATE INDEX image_state ON image (state, id) WHERE removed = 0;
CREATE INDEX image_split ON image (split, id) WHERE removed = 0;
CREATE INDEX image_content ON image (content_hash) WHERE content_hash IS NOT NULL;
CREATE INDEX image_import ON image (import_id);

CREATE TABLE box (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL REFERENCES image (id),
  class_id INTEGER NOT NULL REFERENCES class (id),
  x REAL NOT NULL,
  y REAL NOT NULL,
  width REAL NOT NULL CHECK (width > 0),
  height REAL NOT NULL CHECK (height > 0),
  ignored INTEGER NOT NULL DEFAULT 0,
  ignore_reason TEXT,
  difficult INTEGER NOT NULL DEFAULT 0,
  truncated INTEGER NOT NULL DEFAULT 0,
  occluded INTEGER NOT NULL DEFAULT 0,
  score REAL,
  track_id TEXT,
  origin TEXT NOT NULL,
  extra TEXT
) STRICT;
CREATE INDEX box_image ON box (image_id, id);
CREATE INDEX box_class ON box (class_id);

-- what the user sees: a deleted class hides its boxes, a removed image hides all of its own
CREATE VIEW live_image AS SELECT * FROM image WHERE removed = 0;
CREATE VIEW live_box AS SELECT box.* FROM box JOIN class ON class.id = box.class_id WHERE class.deleted = 0;

CREATE TABLE journal (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('gesture', 'undo', 'redo')),
  gesture TEXT NOT NULL,
  -- of an undo or a redo: the gesture it took back or repeated
  target INTEGER REFERENCES journal (seq),
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  session TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- the undo that took this gesture back, null while it is in effect
  undone_by INTEGER REFERENCES journal (seq),
  -- taken back, then overtaken by a new gesture: it cannot be repeated
  overtaken INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX journal_undo ON journal (seq) WHERE kind = 'gesture' AND undone_by IS NULL;
CREATE INDEX journal_redo ON journal (seq) WHERE kind = 'gesture' AND undone_by IS NOT NULL AND overtaken = 0;

CREATE TABLE journal_image (
  image_id INTEGER NOT NULL REFERENCES image (id),
  seq INTEGER NOT NULL REFERENCES journal (seq),
  PRIMARY KEY (image_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
  hash TEXT PRIMARY KEY,
  split_hash TEXT NOT NULL,
  images INTEGER NOT NULL,
  boxes INTEGER NOT NULL,
  classes TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
-- deflated JSON of neighbouring images, shared by all snapshots in which they did not change
CREATE TABLE snapshot_chunk (
  hash TEXT PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;
CREATE TABLE snapshot_part (
  snapshot_hash TEXT NOT NULL REFERENCES snapshot (hash) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  chunk_hash TEXT NOT NULL REFERENCES snapshot_chunk (hash),
  PRIMARY KEY (snapshot_hash, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'paused', 'done', 'failed', 'stopped')),
  cause TEXT,
  recipe TEXT NOT NULL,
  snapshot_hash TEXT REFERENCES snapshot (hash),
  split_hash TEXT,
  device TEXT,
  code_version TEXT,
  seed INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER
) STRICT;

CREATE TABLE metric_series (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
  name TEXT NOT NULL,
  UNIQUE (run, name)
) STRICT;
-- value is null where the number was NaN, which SQLite cannot hold
CREATE TABLE metric (
  series INTEGER NOT NULL REFERENCES metric_series (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  value REAL,
  epoch REAL NOT NULL,
  PRIMARY KEY (series, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_log (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
  level TEXT NOT NULL,
  line TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX run_log_run ON run_log (run, id);

CREATE TABLE evaluation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
  -- of checkpoints.db, so no foreign key
  checkpoint_id INTEGER NOT NULL,
  split TEXT NOT NULL,
  protocol TEXT NOT NULL,
  metrics TEXT NOT NULL,
  -- deflated JSON: per class, curves, matches
  detail BLOB,
  created_at INTEGER NOT NULL,
  UNIQUE (run, checkpoint_id, split, protocol)
) STRICT;
`;
