// The runs that wait for their turn, in an order that outlives the application.
import type { Run } from '../../shared/model.ts';
import type { WritableDb } from '../db/database.ts';
import * as rows from '../db/runs.ts';
import type { Runs } from './runs.ts';

export class RunQueue {
  readonly #db: WritableDb;
  readonly #runs: Runs;

  constructor(db: WritableDb, runs: Runs) {
    this.#db = db;
    this.#runs = runs;
  }

  /** Those that wait, the next one first. */
  list(): Run[] {
    const waiting = this.#runs.list().filter(({ queuePlace }) => queuePlace !== null);
    return waiting.sort((a, b) => (a.queuePlace ?? 0) - (b.queuePlace ?? 0));
  }

  /** The run whose turn it is. */
  next(): Run | undefined {
    const seq = rows.nextInQueue(this.#db);
    return seq === undefined ? undefined : this.#runs.get(`r${seq}`);
  }

  /** Puts a run at the end. */
  add(id: string): Run {
    return this.#db.transact(() => {
      const run = this.#runs.get(id);
      rows.setQueuePlace(this.#db, run.id, rows.lastQueuePlace(this.#db) + 1);
      return this.#runs.setStatus(run.id, 'queued');
    });
  }

  /** The queue in this order; runs that are not named come after. */
  order(ids: readonly string[]): void {
    this.#db.transact(() => {
      const waiting = this.list();
      const named = ids.flatMap((id) => waiting.filter((run) => run.id === id));
      const others = waiting.filter((run) => !named.includes(run));
      for (const [index, run] of [...named, ...others].entries())
        rows.setQueuePlace(this.#db, run.id, index + 1);
    });
  }

  /** Takes a run out: back to where it was paused, or away where it never started. */
  leave(id: string): void {
    const run = this.#runs.get(id);
    if (run.status !== 'queued') return;
    if (run.startedAt === null) this.#runs.delete(run.id);
    else this.#runs.setStatus(run.id, 'paused');
  }
}
