// Labels that a large import writes ahead: nobody sees them before it is whole. And the facts of a gesture too large for a row.
export const version = 10;
export const name = 'large-imports';

export const sql = `
-- one row: the ids of boxes that nobody sees yet; 0, 0 where there are none
CREATE TABLE hidden_box (first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;
INSERT INTO hidden_box VALUES (0, 0);

-- + keeps these ids out of the choice of an index
DROP VIEW live_box;
CREATE VIEW live_box AS SELECT box.* FROM box JOIN class ON class.id = box.class_id WHERE class.deleted = 0
  AND (+box.id > (SELECT last FROM hidden_box) OR +box.id < (SELECT first FROM hidden_box));

-- boxes before and after an import, by images in the order of their ids
CREATE TABLE journal_part (
  import_id INTEGER NOT NULL REFERENCES dataset_import (id),
  position INTEGER NOT NULL,
  first_image INTEGER NOT NULL,
  last_image INTEGER NOT NULL,
  images TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  PRIMARY KEY (import_id, position)
) STRICT;
`;
