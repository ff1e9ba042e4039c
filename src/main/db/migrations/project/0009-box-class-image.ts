// Boxes and images of each class are counted from the index alone.
export const version = 9;
export const name = 'box-class-image';

export const sql = `
DROP INDEX box_class;
CREATE INDEX box_class ON box (class_id, image_id);
`;
