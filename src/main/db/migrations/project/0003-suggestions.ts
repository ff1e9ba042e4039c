// What models suggest, kept apart from labels; and where an image stands in the queues made of it.
export const version = 3;
export const name = 'suggestions';

export const sql = `
CREATE TABLE suggestion_model (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- 'r3/best', 'r3/last', or the path of a file
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  run INTEGER REFERENCES run (seq) ON DELETE CASCADE,
  -- JSON: the model's classes in its order, each with the class of the project it stands for, or null
  classes TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- an image that a model has looked at, also where it found nothing
CREATE TABLE suggested_image (
  model INTEGER NOT NULL REFERENCES suggestion_model (id) ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES image (id),
  -- of checkpoints.db; null for a file
  checkpoint_id INTEGER,
  at INTEGER NOT NULL,
  -- the labels' revision and the score that the ranks below were computed for; null: not yet
  ranked_revision INTEGER,
  ranked_score REAL,
  uncertainty REAL NOT NULL DEFAULT 0,
  uncertain_reason TEXT NOT NULL DEFAULT '',
  disagreement REAL NOT NULL DEFAULT 0,
  disagree_reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (model, image_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE suggestion (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model INTEGER NOT NULL REFERENCES suggestion_model (id) ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES image (id),
  class_index INTEGER NOT NULL,
  x REAL NOT NULL,
  y REAL NOT NULL,
  width REAL NOT NULL CHECK (width > 0),
  height REAL NOT NULL CHECK (height > 0),
  score REAL NOT NULL,
  rejected INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX suggestion_image ON suggestion (image_id, model);
CREATE INDEX suggestion_model_image ON suggestion (model);
`;
