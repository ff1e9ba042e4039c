// One training at a time writes to a store. The lock dies with the process that has it, however that dies.
import { setTimeout } from 'node:timers/promises';
import { type Lock, tryLock } from './lock.ts';

/** Milliseconds between two looks. */
const LOOK_MS = 200;

export interface Waiting {
  /** Told once, where somebody else has the store. */
  readonly onWait: () => void;
  readonly signal: AbortSignal;
}

/** The lock of the store in `file`, once nobody else has it; undefined where the signal is aborted before. */
export async function claimStore(file: string, { onWait, signal }: Waiting): Promise<Lock | undefined> {
  for (let told = false; !signal.aborted; told = true) {
    const lock = tryLock(file.replace(/(\.db)?$/, '.lock'));
    if (lock) return lock;
    if (!told) onWait();
    await setTimeout(LOOK_MS);
  }
  return undefined;
}
