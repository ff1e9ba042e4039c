// Evaluations: the numbers of a checkpoint on a split, with the detail behind them.
import { deflateSync, inflateSync } from 'node:zlib';
import type { UnreadableImage } from '../../shared/evaluation.ts';
import type { Evaluation, Json, JsonObject, Split } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { WritableDb } from '../db/database.ts';
import * as rows from '../db/evaluations.ts';
import { runNumber } from '../db/runs.ts';

/** How right a model is on one class; -1 where it has no labelled box. */
export type ClassResult = { readonly name: string; readonly AP: number; readonly AP50: number };

export interface NewEvaluation {
  readonly runId: string;
  readonly checkpointId: number;
  readonly split: Split;
  readonly protocol: string;
  readonly metrics: JsonObject;
  /** `{ name, AP, AP50 }` of each class. */
  readonly perClass?: readonly ClassResult[];
  /** Images that could not be read and are left out. */
  readonly unreadable?: readonly UnreadableImage[];
  /** What is read only when looked at: the detections. */
  readonly detail?: Json;
}

export class Evaluations {
  readonly #db: WritableDb;

  constructor(db: WritableDb) {
    this.#db = db;
  }

  /** Keeps an evaluation; the same checkpoint, split and protocol again replaces it. */
  save({ detail, ...evaluation }: NewEvaluation): Evaluation {
    const hasDetections = 'detections' in Object(detail);
    const bytes = detail === undefined ? null : deflateSync(JSON.stringify(detail));
    return this.#put(evaluation, bytes, hasDetections);
  }

  /** The same with detections among its detail, which was deflated elsewhere. */
  saveDeflated(evaluation: Omit<NewEvaluation, 'detail'>, detail: Uint8Array): Evaluation {
    return this.#put(evaluation, detail, true);
  }

  #put(
    evaluation: Omit<NewEvaluation, 'detail'>,
    detail: Uint8Array | null,
    hasDetections: boolean,
  ): Evaluation {
    const { checkpointId, split, protocol, metrics, perClass, unreadable = [] } = evaluation;
    const key = { run: numberOf(evaluation.runId), checkpointId, split, protocol };
    return this.#db.transact(() => {
      rows.putEvaluation(this.#db, key, {
        metrics: JSON.stringify(metrics),
        perClass: perClass === undefined ? null : JSON.stringify(perClass),
        detail,
        hasDetections,
        unreadable: JSON.stringify(unreadable),
        createdAt: Date.now(),
      });
      const saved = rows.findEvaluation(this.#db, key);
      if (!saved) throw new Error('Expected the evaluation just written');
      return saved;
    });
  }

  /** Evaluations of a run, newest first. */
  list(runId: string): Evaluation[] {
    return rows.listEvaluations(this.#db, numberOf(runId));
  }

  /** Evaluations of all runs whose detections are kept, newest first. */
  kept(): Evaluation[] {
    return rows.listKeptEvaluations(this.#db);
  }

  /** What lies behind the numbers, as it is stored. */
  deflatedDetail(id: number): Uint8Array | null {
    return rows.readDetail(this.#db, id);
  }

  /** How right it is on each class; empty where that is not known. */
  perClass(id: number): readonly ClassResult[] {
    const kept = rows.readFacts(this.#db, id)?.perClass ?? null;
    if (kept !== null) return JSON.parse(kept) as readonly ClassResult[];
    // those made before it was kept apart
    const { perClass } = Object(this.detail(id)) as { perClass?: readonly ClassResult[] };
    return Array.isArray(perClass) ? perClass : [];
  }

  /** Images that could not be read and are left out of an evaluation. */
  unreadable(id: number): readonly UnreadableImage[] {
    return JSON.parse(rows.readFacts(this.#db, id)?.unreadable ?? '[]') as readonly UnreadableImage[];
  }

  /** The score from which detections of a run's model are to be used; null where none was chosen. */
  threshold(runId: string): number | null {
    return rows.readThreshold(this.#db, numberOf(runId));
  }

  /** From where on suggestions of a checkpoint are worth a look: as chosen, or where F1 was best; null: not known. */
  usualScore(runId: string, checkpointId: number): number | null {
    const chosen = this.threshold(runId);
    if (chosen !== null) return chosen;
    const known = this.list(runId).filter(({ metrics }) => Number(metrics.threshold) > 0);
    const own = known.filter((evaluation) => evaluation.checkpointId === checkpointId);
    const best = own.find(({ split }) => split === 'val') ?? own[0] ?? known[0];
    return best === undefined ? null : Number(best.metrics.threshold);
  }

  setThreshold(runId: string, threshold: number | null): void {
    rows.setThreshold(this.#db, numberOf(runId), threshold);
  }

  /** The evaluation of one checkpoint on one split, if it was made. */
  find(key: Omit<NewEvaluation, 'metrics' | 'detail'>): Evaluation | undefined {
    const { checkpointId, split, protocol } = key;
    return rows.findEvaluation(this.#db, { run: numberOf(key.runId), checkpointId, split, protocol });
  }

  /** What lies behind the numbers; null where none was kept. */
  detail(id: number): Json {
    const bytes = rows.readDetail(this.#db, id);
    return bytes === null ? null : (JSON.parse(inflateSync(bytes).toString('utf8')) as Json);
  }
}

function numberOf(runId: string): number {
  const number = runNumber(runId);
  if (number === undefined) throw new Problem(`"${runId}" is not the id of a run.`, 'Run ids look like r1.');
  return number;
}
