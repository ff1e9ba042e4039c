// checkpoints.db: its identity and its migrations in order.
import * as checkpoints from './checkpoints/0001-checkpoints.ts';
import * as checkpointBytes from './checkpoints/0002-checkpoint-bytes.ts';

export const checkpointsSchema = {
  applicationId: 0x44444f43, // "DDOC"
  migrations: [checkpoints, checkpointBytes],
};
