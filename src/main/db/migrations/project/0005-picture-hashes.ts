// What pictures look like, in 64 bits, by their content: worked out once.
export const version = 5;
export const name = 'picture-hashes';

export const sql = `
CREATE TABLE picture_hash (
  content_hash TEXT PRIMARY KEY,
  -- 16 hex digits; null for a picture too plain to tell or that cannot be read
  likeness TEXT
) STRICT, WITHOUT ROWID;
`;
