// The score from which a run's detections are to be used, as a person chose it.
export const version = 4;
export const name = 'score-threshold';

export const sql = `
ALTER TABLE run ADD COLUMN score_threshold REAL;
`;
