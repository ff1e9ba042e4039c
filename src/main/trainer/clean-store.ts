// Deletes checkpoints and gives their space back, in a process of its own: files of gigabytes take a while.
import { statSync } from 'node:fs';
import { openCheckpointStore } from '../db/checkpoint-store.ts';
import type { Cleaned, CleanJob } from './job.ts';

/** Deletes what the job names; says how much smaller the file is. */
export function cleanStore({ store: file, runId, every, mayRebuild }: CleanJob): Cleaned {
  const before = sizeOf(file);
  const store = openCheckpointStore(file);
  try {
    const { checkpoints } =
      every === undefined
        ? store.deleteRun(runId)
        : store.prune(runId, { keepBest: 1, keepLast: 1, every: every ?? Number.POSITIVE_INFINITY });
    store.shrink(mayRebuild);
    return { checkpoints, bytes: Math.max(0, before - sizeOf(file)) };
  } finally {
    store.close();
  }
}

function sizeOf(file: string): number {
  return statSync(file).size + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0);
}
