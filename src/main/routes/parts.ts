// What every route stands on: the contract with sentences for failures, and the parts the backend is made of.
import { type EventPublisher, implement, ORPCError } from '@orpc/server';
import { contract, type Notice } from '../../shared/contract.ts';
import type { Analyst } from '../services/analyst.ts';
import { RevisionConflict } from '../services/annotations.ts';
import type { Assistant } from '../services/assistant.ts';
import type { Evaluating } from '../services/evaluating.ts';
import { problemOf } from '../services/failures.ts';
import type { Change } from '../services/journal.ts';
import type { LiveTraining } from '../services/live-training.ts';
import type { Workspace } from '../services/workspace.ts';

/** Who asks: one window or one connection. */
export interface Caller {
  readonly session: string;
}

/** What a door adds. */
export interface Shell {
  /** Opens the system's dialog for a folder or a label file; absent where there is none. */
  readonly choosePath?: (title: string, kind: 'folder' | 'labels') => Promise<string | null>;
  /** Shows a folder in the system's file manager; absent where there is none. */
  readonly showFolder?: (dir: string) => Promise<void>;
  /** Hears what the windows are told. */
  readonly onNotice?: (notice: Notice) => void;
}

export interface Parts {
  readonly shell: Shell;
  readonly workspace: Workspace;
  readonly training: LiveTraining;
  readonly assistant: Assistant;
  readonly evaluating: Evaluating;
  readonly analyst: Analyst;
  readonly notices: EventPublisher<{ notice: Notice }>;
  /** Names this program among those started before and after it. */
  readonly birth: string;
  /** Sessions that listen: the windows that are open. */
  readonly windows: ReadonlySet<string>;
  readonly tell: (notice: Notice) => void;
}

/** The contract, with every failure the user can cure turned into what the contract says. */
export const os = implement(contract)
  .$context<Caller>()
  .use(async ({ next, path, signal }) => {
    try {
      return await next();
    } catch (error) {
      throw signal?.aborted ? error : asContractError(error, path.join('.'));
    }
  });

function asContractError(error: unknown, request: string): unknown {
  if (error instanceof RevisionConflict) {
    const { imageId, revision, sentence: message } = error;
    return new ORPCError('CONFLICT', { status: 409, message, data: { imageId, revision } });
  }
  // how the contract itself refuses an input
  if (error instanceof ORPCError) return error;
  const { message, remedy = null, kind } = problemOf(error, request);
  return new ORPCError('PROBLEM', { status: 422, message, data: { remedy, ...(kind && { kind }) } });
}

const PROGRESS_MS = 80;

/** Tells a window where its own work stands, as often as eyes can follow. */
export function progressOf({ tell }: Parts, session: string) {
  let last = 0;
  return (done: number, total: number, what: string): void => {
    const now = Date.now();
    // a total of 0 is not known yet
    if ((done < total || total === 0) && now - last < PROGRESS_MS) return;
    last = now;
    tell({ type: 'work', session, done, total, what });
  };
}

/** Says what a change touched; gives it back for the one who asked. */
export function toldChange({ tell }: Parts, change: Change | undefined, session: string): Change | null {
  if (!change) return null;
  if (change.imageIds.length > 0) tell({ type: 'labels', imageIds: change.imageIds, session });
  if (change.classesChanged) tell({ type: 'classes' });
  if (change.imagesChanged) tell({ type: 'images' });
  return change;
}

/** `T` without the `undefined` that zod's optional keys carry. */
type Compact<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The object without keys that are undefined. */
export function compact<T extends object>(value: T): Compact<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, entry]) => entry !== undefined),
  ) as unknown as Compact<T>;
}
