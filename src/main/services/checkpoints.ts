// Checkpoints of a project's runs, as the main process sees them: it reads; the trainer writes.
import { existsSync } from 'node:fs';
import type { Checkpoint } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { type CheckpointStore, type LoadedCheckpoint, openCheckpointStore } from '../db/checkpoint-store.ts';
import type { Cleaned } from '../trainer/job.ts';
import { launchErrand } from '../trainer/launch.ts';

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

  /** Whole epochs behind a checkpoint. */
  finishedEpochs(checkpoint: Checkpoint): number {
    return this.#reader()?.finishedEpochs(checkpoint) ?? checkpoint.epoch;
  }

  /** Where a resume goes on. */
  latest(runId: string): Checkpoint | undefined {
    return this.#reader()?.latest(runId);
  }

  /** False where a checkpoint was thinned out or deleted meanwhile. */
  has(id: number): boolean {
    return this.#reader()?.has(id) ?? false;
  }

  /** A checkpoint with its state and tensors. */
  load(id: number): LoadedCheckpoint {
    const reader = this.#reader();
    if (!reader) throw new Problem(`There is no checkpoint ${id}: nothing was trained in this project yet.`);
    return reader.load(id);
  }

  /** Bytes of a checkpoint's tensors that no other one has. */
  ownBytes(id: number): number {
    return this.#reader()?.ownBytes(id) ?? 0;
  }

  /** Bytes of a run's tensors that no other one has. */
  ownBytesOfRun(runId: string): number {
    return this.#reader()?.ownBytesOfRun(runId) ?? 0;
  }

  /** Deletes a run's checkpoints, and gives their space back. `isBusy`: a training writes to the file meanwhile. */
  async deleteRun(runId: string, isBusy = false): Promise<Cleaned> {
    if (!existsSync(this.file)) return { checkpoints: 0, bytes: 0 };
    return await launchErrand({ type: 'clean', job: { store: this.file, runId, mayRebuild: !isBusy } });
  }

  /** Keeps the best, the last, and those of every so many epochs (null: of none). */
  async thin(runId: string, every: number | null, isBusy = false): Promise<Cleaned> {
    if (!existsSync(this.file)) return { checkpoints: 0, bytes: 0 };
    return await launchErrand({
      type: 'clean',
      job: { store: this.file, runId, every, mayRebuild: !isBusy },
    });
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
