// Why a request failed: what to show of it, and what can be done about it.
import { ORPCError } from '@orpc/client';
import type { ProblemKind } from '../shared/problem.ts';
import type { Fault } from './labeling/saver.ts';
import { t } from './words/words.ts';

/** The connection broke before an answer came: what was asked for may have been done or not. */
export class ConnectionLost extends Error {}

export interface Trouble {
  readonly message: string;
  readonly remedy: string | null;
}

/** What to show for a failed request. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof ORPCError && error.code === 'PROBLEM') {
    const { remedy } = error.data as { remedy: string | null };
    return { message: error.message, remedy };
  }
  if (error instanceof ORPCError && error.code === 'INTERNAL_SERVER_ERROR')
    return { message: t('Something went wrong inside.'), remedy: t('Repeat it; the terminal may say more.') };
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST')
    return {
      message: t('What was entered cannot be used.'),
      remedy: t('It may be empty, too long or out of range.'),
    };
  return { message: error instanceof Error ? error.message : String(error), remedy: null };
}

/** The same in one text. */
export function troubleWords(error: unknown): string {
  const { message, remedy } = troubleOf(error);
  return remedy === null ? message : `${message} ${remedy}`;
}

/** What can be done about a failure beside showing it. */
function kindOf(error: unknown): ProblemKind | undefined {
  if (!(error instanceof ORPCError) || error.code !== 'PROBLEM') return undefined;
  return (error.data as { kind?: ProblemKind }).kind;
}

/** True where what was asked for is no longer in the project. */
export function isGone(error: unknown): boolean {
  return kindOf(error) === 'gone';
}

/** True where something was done that was not seen here. */
export function isOvertaken(error: unknown): boolean {
  return kindOf(error) === 'overtaken';
}

/** True for labels that were changed elsewhere since they were read. */
export function isConflict(error: unknown): boolean {
  return error instanceof ORPCError && error.code === 'CONFLICT';
}

/** What becomes of a gesture whose sending failed. */
export function faultOf(error: unknown): Fault {
  const kind = kindOf(error);
  if (error instanceof ConnectionLost || kind === 'elsewhere') return 'away';
  if (isConflict(error)) return 'overtaken';
  const isRefusal = error instanceof ORPCError && ['PROBLEM', 'BAD_REQUEST'].includes(error.code);
  return isRefusal && kind !== 'hindrance' ? 'refused' : 'stuck';
}
