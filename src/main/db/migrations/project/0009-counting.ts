// Boxes of each class, and images of each state and split, are counted from an index alone: after every gesture.
export const version = 9;
export const name = 'counting';

export const sql = `
DROP INDEX box_class;
CREATE INDEX box_class ON box (class_id, image_id);
CREATE INDEX image_count ON image (state, split) WHERE removed = 0;
CREATE INDEX image_removed ON image (id) WHERE removed = 1;
`;
