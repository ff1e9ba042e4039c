// Checkpoints of a project's runs, as the main process sees them: it reads; the trainer writes.
import { existsSync } from 'node:fs';
import type { Checkpoint } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { type CheckpointStore, type LoadedCheckpoint, openCheckpointStore } from '../db/checkpoint-store.ts';

export class Checkpoints {
  readonly file: string;
  #store: CheckpointStore | undefined;

  constructor(file: string) {
    this.file = file;
  }

  /** Checkpoints of a run, newest first; none before the first training. */
  list(runId: string): Checkpoint[] {
    return this.#reader()?.list(runId) ?? [];
  }

  /** The checkpoint to use for a run: the best, or the latest where none was better than another. */
  chosen(runId: string): Checkpoint {
    const reader = this.#reader();
    const found = reader?.best(runId) ?? reader?.latest(runId);
    // step 0 is where a run starts from: nothing is learned yet
    if (!found || found.step === 0)
      throw new Problem(`Run ${runId} has no checkpoint.`, 'Let it train until the end of its first epoch.');
    return found;
  }

  /** Where a resume goes on. */
  latest(runId: string): Checkpoint | undefined {
    return this.#reader()?.latest(runId);
  }

  /** A checkpoint with its state and tensors. */
  load(id: number): LoadedCheckpoint {
    const reader = this.#reader();
    if (!reader) throw new Problem(`There is no checkpoint ${id}: nothing was trained in this project yet.`);
    return reader.load(id);
  }

  /** Deletes a run's checkpoints, while nothing trains. */
  deleteRun(runId: string): void {
    if (!existsSync(this.file)) return;
    const writer = openCheckpointStore(this.file);
    try {
      writer.deleteRun(runId);
    } finally {
      writer.close();
    }
  }

  /** Brings a file of an older program up to date, for the one who opens the project to write, before anything trains. */
  upgrade(): void {
    if (existsSync(this.file)) openCheckpointStore(this.file).close();
  }

  close(): void {
    this.#store?.close();
    this.#store = undefined;
  }

  #reader(): CheckpointStore | undefined {
    if (!this.#store && existsSync(this.file))
      this.#store = openCheckpointStore(this.file, { readOnly: true });
    return this.#store;
  }
}
