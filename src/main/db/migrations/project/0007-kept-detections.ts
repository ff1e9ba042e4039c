// Whether an evaluation's detail holds the detections: only such a one can be looked into.
export const version = 7;
export const name = 'kept-detections';

export const sql = `
ALTER TABLE evaluation ADD COLUMN has_detections INTEGER NOT NULL DEFAULT 0;
`;
