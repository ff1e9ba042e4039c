// Deletes checkpoints and gives their space back, in a process of its own: files of gigabytes take a while.
import { statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { openCheckpointStore } from '../db/checkpoint-store.ts';
import type { Cleaned, CleanJob } from './job.ts';

/** Milliseconds in which a training that saves may have the file to itself. */
const REST_MS = 5;

/** Deletes what the job names; says how much smaller the file is. */
export async function cleanStore({ store: file, runId, every, mayRebuild }: CleanJob): Promise<Cleaned> {
  const before = sizeOf(file);
  const store = openCheckpointStore(file);
  try {
    const { checkpoints } =
      every === undefined
        ? store.deleteRun(runId)
        : store.prune(runId, { keepBest: 1, keepLast: 1, every: every ?? Number.POSITIVE_INFINITY });
    if (mayRebuild) store.rebuild();
    while (store.shrinkSome()) await setTimeout(REST_MS);
    store.foldLog();
    return { checkpoints, bytes: Math.max(0, before - sizeOf(file)) };
  } finally {
    store.close();
  }
}

function sizeOf(file: string): number {
  return statSync(file).size + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0);
}
