// How large a checkpoint is, so that a list of runs need not look at every tensor.
export const version = 2;
export const name = 'checkpoint-bytes';

export const sql = `
ALTER TABLE checkpoint ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
UPDATE checkpoint SET bytes = coalesce((
  SELECT sum(length(tensor_blob.bytes)) FROM checkpoint_tensor JOIN tensor_blob USING (hash)
  WHERE checkpoint_id = checkpoint.id), 0);
`;
