// Which boxes lie over others: the higher `z` is drawn later, and of equal ones the newer.
export const version = 8;
export const name = 'box-order';

export const sql = `
ALTER TABLE box ADD COLUMN z INTEGER NOT NULL DEFAULT 0;
`;
