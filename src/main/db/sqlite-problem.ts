// Turns what SQLite and the disk report into a sentence for the user; anything else passes through unchanged.
import { Problem } from '../../shared/problem.ts';

/** The disk or its files are what is wrong: whatever is written next fails as well. */
export class DiskProblem extends Problem {}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // what writes pictures tells it in words
  return error.message.includes('No space left on device') ? 'ENOSPC' : '';
}

/** The file that an error of the file system names. */
function fileOf(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}

/** True for a statement that two rows, or a row and what it refers to, do not allow. */
export function isClash(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_CONSTRAINT');
}

type Sentence = (file: string) => Problem;

const diskFull: Sentence = (file) =>
  new DiskProblem(
    `The disk that holds ${file} is full, so nothing more can be saved there.`,
    'Free some space and repeat the last step; everything before it is safe.',
  );

const busy: Sentence = (file) =>
  new Problem(`${file} is being written by another process.`, 'Wait for it to finish, then try again.');

const damaged: Sentence = (file) =>
  new DiskProblem(
    `${file} is damaged or is not a database.`,
    'Copy the newest file of the folder backups/ over it; keep the damaged file aside.',
  );

const readOnly: Sentence = (file) =>
  new DiskProblem(`${file} cannot be written.`, 'Check the permissions of the file and of its folder.');

const unopenable: Sentence = (file) =>
  new DiskProblem(`${file} cannot be opened.`, 'Check that the folder exists and may be read and written.');

const ioError: Sentence = (file) =>
  new DiskProblem(
    `The disk failed while reading or writing ${file}; the last change was not saved.`,
    'Check the free space and the health of the disk.',
  );

const missing: Sentence = (file) =>
  new Problem(`${file} is not there.`, 'Check that it exists and that the disk it lies on is connected.');

const notAFolder: Sentence = (file) =>
  new Problem(`A part of the path ${file} is a file, not a folder.`, 'Choose another folder.');

const nameTooLong: Sentence = (file) =>
  new Problem(`The name ${file} is longer than the disk allows.`, 'Choose a shorter one.');

const tooManyOpen: Sentence = (file) =>
  new Problem(
    `The system lets no more files be opened, so ${file} cannot be read.`,
    'Close other programs and try again.',
  );

// first match wins; SQLite's extended codes begin with the plain one
const sentences: readonly (readonly [prefix: string, sentence: Sentence])[] = [
  ['SQLITE_FULL', diskFull],
  ['ENOSPC', diskFull],
  ['EDQUOT', diskFull],
  // what a full disk looks like to the shared memory and the journal of WAL
  ['SQLITE_IOERR_SHMSIZE', diskFull],
  ['SQLITE_BUSY', busy],
  ['SQLITE_LOCKED', busy],
  ['SQLITE_CORRUPT', damaged],
  ['SQLITE_NOTADB', damaged],
  ['SQLITE_READONLY', readOnly],
  ['SQLITE_CANTOPEN', unopenable],
  ['EACCES', readOnly],
  ['EPERM', readOnly],
  ['EROFS', readOnly],
  ['ENOENT', missing],
  ['ENOTDIR', notAFolder],
  ['ENAMETOOLONG', nameTooLong],
  ['EMFILE', tooManyOpen],
  ['ENFILE', tooManyOpen],
  ['SQLITE_IOERR', ioError],
];

/**
 * The Problem behind a failure of SQLite or of the file system, or the error itself. `file` is what was worked on, where the
 * error does not say.
 */
export function asProblem(error: unknown, file: string): unknown {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  const match = code === '' ? undefined : sentences.find(([prefix]) => code.startsWith(prefix));
  return match ? match[1](fileOf(error) ?? file) : error;
}
