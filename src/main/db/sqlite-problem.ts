// Turns what SQLite and the disk report into a sentence for the user; anything else passes through unchanged.
import { asDiskProblem, diskFull } from '../../shared/disk-problem.ts';
import { Problem } from '../../shared/problem.ts';

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** True for a statement that two rows, or a row and what it refers to, do not allow. */
export function isClash(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_CONSTRAINT');
}

type Sentence = (file: string) => Problem;

const busy: Sentence = (file) =>
  new Problem(`${file} is being written by another process.`, 'Wait for it to finish, then try again.');

const damaged: Sentence = (file) =>
  new Problem(
    `${file} is damaged or is not a database.`,
    'Copy the newest file of the folder backups/ over it; keep the damaged file aside.',
  );

const readOnly: Sentence = (file) =>
  new Problem(`${file} cannot be written.`, 'Check the permissions of the file and of its folder.');

const unopenable: Sentence = (file) =>
  new Problem(`${file} cannot be opened.`, 'Check that the folder exists and may be read and written.');

const ioError: Sentence = (file) =>
  new Problem(
    `The disk failed while reading or writing ${file}; the last change was not saved.`,
    'Check the free space and the health of the disk.',
  );

// first match wins; SQLite's extended codes begin with the plain one
const sentences: readonly (readonly [prefix: string, sentence: Sentence])[] = [
  ['SQLITE_FULL', diskFull],
  // what a full disk looks like to the shared memory and the journal of WAL
  ['SQLITE_IOERR_SHMSIZE', diskFull],
  ['SQLITE_BUSY', busy],
  ['SQLITE_LOCKED', busy],
  ['SQLITE_CORRUPT', damaged],
  ['SQLITE_NOTADB', damaged],
  ['SQLITE_READONLY', readOnly],
  ['SQLITE_CANTOPEN', unopenable],
  ['SQLITE_IOERR', ioError],
];

/**
 * The Problem behind a failure of SQLite or of the file system, or the error itself. `file` is what was worked on, where the
 * error does not say.
 */
export function asProblem(error: unknown, file: string): unknown {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  const match = sentences.find(([prefix]) => code.startsWith(prefix));
  if (!match) return asDiskProblem(error, undefined, file);
  const { message, remedy } = match[1](file);
  return new Problem(message, remedy, 'hindrance');
}
