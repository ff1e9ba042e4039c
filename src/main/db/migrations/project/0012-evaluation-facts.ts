// What is told of an evaluation without reading its detections: each class apart, and the images that could not be read.
export const version = 12;
export const name = 'evaluation-facts';

export const sql = `
-- JSON list of { name, AP, AP50 }; null: in the detail, if anywhere
ALTER TABLE evaluation ADD COLUMN per_class TEXT;
-- JSON list of { imageId, why }, of the evaluation whose detections are kept
ALTER TABLE evaluation ADD COLUMN unreadable TEXT NOT NULL DEFAULT '[]';
`;
