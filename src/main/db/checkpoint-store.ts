// Checkpoints of training in checkpoints.db: a half-written one cannot exist, equal tensors are stored once.
// The trainer's only door to SQLite; it knows nothing of project.db.
import { createHash } from 'node:crypto';
import type { Checkpoint, CheckpointKind, JsonObject } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import * as rows from './checkpoint-rows.ts';
import { refusingWrites, type WritableDb } from './database.ts';
import { checkpointsSchema } from './migrations/checkpoints.ts';
import { openDatabase, openForReading } from './open.ts';

export type TensorRole = 'model' | 'momentum' | 'ema';

/** `shape` and `dtype` travel with the bytes as they are: little-endian, row-major. */
export interface StoredTensor {
  readonly role: TensorRole;
  /** mmdet's parameter name. */
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export interface CheckpointInput {
  readonly runId: string;
  readonly step: number;
  readonly epoch: number;
  readonly kind: CheckpointKind;
  readonly metrics: JsonObject;
  /** What a faithful resume needs besides tensors: RNG, sampler position, level counters, schedule. */
  readonly state: JsonObject;
  readonly tensors: Iterable<StoredTensor>;
}

export type TensorInfo = Omit<StoredTensor, 'data'>;

export interface LoadedCheckpoint extends Checkpoint {
  readonly state: JsonObject;
  /** What it holds, without the bytes. */
  readonly contents: readonly TensorInfo[];
  /** The tensors of a role (all without one), read one at a time in the order they were saved. */
  tensors(role?: TensorRole): IterableIterator<StoredTensor>;
  tensor(role: TensorRole, name: string): StoredTensor | undefined;
}

export interface Retention {
  /** How many of the newest `best` to keep. */
  readonly keepBest: number;
  /** How many of the newest `last` and `pause` together. */
  readonly keepLast: number;
  /** Of `every`, those whose epoch divides by this; all of them where it is left out. */
  readonly every?: number;
}

export interface Pruned {
  readonly checkpoints: number;
  readonly blobs: number;
}

function hashOf(tensor: StoredTensor): string {
  return createHash('sha256')
    .update(`${tensor.dtype}\0${JSON.stringify(tensor.shape)}\0`)
    .update(tensor.data)
    .digest('hex');
}

function retained(list: readonly Checkpoint[], keep: Retention): Set<number> {
  const best = list.filter((c) => c.kind === 'best').slice(0, keep.keepBest);
  const last = list.filter((c) => c.kind === 'last' || c.kind === 'pause').slice(0, keep.keepLast);
  const every = list.filter(
    (c) => c.kind === 'every' && (keep.every === undefined || c.epoch % keep.every === 0),
  );
  return new Set([...best, ...last, ...every].map((c) => c.id));
}

class CheckpointStore {
  readonly #db: WritableDb;

  constructor(db: WritableDb) {
    this.#db = db;
  }

  /** Saves a checkpoint in one transaction: blobs first, last the row that makes them one. */
  save(input: CheckpointInput): Checkpoint {
    const db = this.#db;
    return db.transact(() => {
      const { runId, step, epoch, kind, metrics } = input;
      const id = rows.nextCheckpointId(db);
      let [position, bytes] = [0, 0];
      for (const tensor of input.tensors) {
        this.#saveTensor(id, tensor, position++);
        bytes += tensor.data.byteLength;
      }
      const row = { id, runId, step, epoch, kind, metrics, bytes, createdAt: Date.now() };
      rows.insertCheckpoint(db, row, input.state);
      return row;
    });
  }

  #saveTensor(checkpointId: number, tensor: StoredTensor, position: number): void {
    const hash = hashOf(tensor);
    if (!rows.hasBlob(this.#db, hash)) {
      const { dtype, data: bytes } = tensor;
      rows.insertBlob(this.#db, { hash, dtype, shape: JSON.stringify(tensor.shape), bytes });
    }
    rows.insertTensor(this.#db, checkpointId, { role: tensor.role, name: tensor.name, hash, position });
  }

  /** A checkpoint with its state; tensors are read when asked for. Throws a Problem where there is none. */
  load(id: number): LoadedCheckpoint {
    const db = this.#db;
    const row = rows.readCheckpoint(db, id);
    if (!row) throw new Problem(`There is no checkpoint ${id} in ${db.file}.`);
    const held = rows.listTensors(db, id).map((tensor) => ({
      role: tensor.role as TensorRole,
      name: tensor.name,
      dtype: tensor.dtype,
      shape: JSON.parse(tensor.shape) as number[],
      hash: tensor.hash,
    }));
    const read = ({ hash, ...info }: (typeof held)[number]): StoredTensor => {
      const data = rows.readBytes(db, hash);
      if (!data) throw new Problem(`Checkpoint ${id} lost its tensor ${info.name}, perhaps to a pruning.`);
      return { ...info, data };
    };
    return {
      ...row,
      state: rows.readState(db, id),
      contents: held.map(({ hash: _, ...info }) => info),
      *tensors(role) {
        for (const tensor of held) if (role === undefined || tensor.role === role) yield read(tensor);
      },
      tensor(role, name) {
        const found = held.find((tensor) => tensor.role === role && tensor.name === name);
        return found && read(found);
      },
    };
  }

  has(id: number): boolean {
    return rows.readCheckpoint(this.#db, id) !== undefined;
  }

  /** Whole epochs behind a checkpoint. */
  finishedEpochs({ id, epoch }: Checkpoint): number {
    return rows.readFinishedEpochs(this.#db, id) ?? epoch;
  }

  /** The newest checkpoint of a run, of any kind: where a resume goes on. */
  latest(runId: string): Checkpoint | undefined {
    return rows
      .listCheckpoints(this.#db, runId)
      .reduce<Checkpoint | undefined>((top, c) => (top && top.step >= c.step ? top : c), undefined);
  }

  /** The newest checkpoint that was saved as the best. */
  best(runId: string): Checkpoint | undefined {
    return rows.listCheckpoints(this.#db, runId, 'best')[0];
  }

  /** Checkpoints of a run, newest first. */
  list(runId: string): Checkpoint[] {
    return rows.listCheckpoints(this.#db, runId);
  }

  /** Bytes that deleting this checkpoint alone would free. */
  ownBytes(id: number): number {
    return rows.ownBytes(this.#db, id);
  }

  /** Bytes that deleting every checkpoint of a run frees. */
  ownBytesOfRun(runId: string): number {
    return rows.ownBytesOfRun(this.#db, runId);
  }

  /** Deletes what the retention does not keep, then the blobs nothing uses. The latest is always kept. */
  prune(runId: string, keep: Retention): Pruned {
    const list = this.list(runId);
    const kept = retained(list, keep);
    const latest = this.latest(runId);
    if (latest) kept.add(latest.id);
    return this.#delete(list.filter((c) => !kept.has(c.id)));
  }

  /** Deletes every checkpoint of a run. */
  deleteRun(runId: string): Pruned {
    return this.#delete(this.list(runId));
  }

  /** Gives some space of what was deleted back to the disk; false once there is no more of it. */
  shrinkSome(): boolean {
    return this.#db.shrinkSome();
  }

  /** Brings the file to the size that is left. */
  foldLog(): void {
    this.#db.foldLog(true);
  }

  /** Writes a file of an older program anew, where nobody else has it: only then can it become smaller. */
  rebuild(): void {
    this.#db.rebuild();
  }

  /** One at a time, each whole: a training that saves meanwhile waits for one at most. */
  #delete(list: readonly Checkpoint[]): Pruned {
    let blobs = 0;
    for (const { id } of list) {
      blobs += this.#db.transact(() => {
        rows.deleteCheckpoints(this.#db, [id]);
        return rows.deleteOrphanBlobs(this.#db);
      });
    }
    return { checkpoints: list.length, blobs };
  }

  close(): void {
    this.#db.close();
  }
}

export type { CheckpointStore };

/** Opens (or makes) a checkpoint store; with `readOnly` one that must exist and whose writing methods refuse. */
export function openCheckpointStore(
  file: string,
  options: { readonly readOnly?: boolean } = {},
): CheckpointStore {
  const db = options.readOnly
    ? refusingWrites(openForReading(file, checkpointsSchema))
    : openDatabase(file, checkpointsSchema);
  return new CheckpointStore(db);
}
