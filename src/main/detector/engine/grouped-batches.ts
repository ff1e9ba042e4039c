/** Batches of one update each, where several make one. */
import type { LoadedBatch } from '../data/loader.ts';

/** Batches in groups of `size` for one update each; a group never reaches over the end of an epoch. */
export async function* groupSteps(
  batches: AsyncIterable<LoadedBatch>,
  size: number,
): AsyncGenerator<readonly LoadedBatch[]> {
  const group: LoadedBatch[] = [];
  for await (const batch of batches) {
    const isNext = group.length > 0 && group[0]?.epoch !== batch.epoch;
    if (isNext) yield group.splice(0);
    group.push(batch);
    if (group.length === size || batch.next.position === 0) yield group.splice(0);
  }
}
