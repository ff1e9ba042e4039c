// What the file system reports, in a sentence: what, where, what to do.
import { Problem } from './problem.ts';

const SENTENCES: Readonly<Record<string, (place: string) => Problem>> = {
  ENOENT: (place) =>
    new Problem(
      `${place} is not there.`,
      'Check that it and its folder exist, and that the disk they lie on is connected.',
    ),
  ENOTDIR: (place) => new Problem(`A part of the path ${place} is a file, not a folder.`, 'Check the path.'),
  EISDIR: (place) => new Problem(`${place} is a folder, where a file is wanted.`, 'Name a file.'),
  EEXIST: (place) => new Problem(`Something else is called ${place} already.`, 'Choose another name.'),
  EACCES: (place) => forbidden(place),
  EPERM: (place) => forbidden(place),
  EROFS: (place) => forbidden(place),
  ETXTBSY: (place) => forbidden(place),
  ENOSPC: (place) => full(place),
  EDQUOT: (place) => full(place),
  ENAMETOOLONG: (place) =>
    new Problem(`The path ${place} is longer than the disk allows.`, 'Choose a shorter one.'),
  ELOOP: (place) => new Problem(`The links at ${place} lead in a circle.`, 'Choose another place.'),
  EMFILE: (place) => tooManyOpen(place),
  ENFILE: (place) => tooManyOpen(place),
};

function forbidden(place: string): Problem {
  return new Problem(
    `${place} may not be read or written.`,
    'Check the permissions of the file and of its folder, or choose another place.',
    'hindrance',
  );
}

function full(place: string): Problem {
  return new Problem(
    `The disk that holds ${place} is full, so nothing more can be saved there.`,
    'Free some space and repeat the last step; everything before it is safe.',
    'hindrance',
  );
}

function tooManyOpen(place: string): Problem {
  return new Problem(
    `The system lets no more files be opened, so ${place} cannot be read.`,
    'Close other programs and try again.',
    'hindrance',
  );
}

/** The Problem of a disk that is full, or of one that this user may fill no further. */
export const diskFull = full;

/**
 * The Problem behind what the file system reports about `place`, or about the path it names; `otherwise` where it names none.
 * Other errors unchanged.
 */
export function asDiskProblem(error: unknown, place?: string, otherwise?: string): unknown {
  if (!(error instanceof Error) || error instanceof Problem) return error;
  const { code, path, dest } = error as { code?: unknown; path?: string; dest?: string };
  const where = place ?? dest ?? path ?? otherwise;
  // what writes pictures tells it in words
  const known =
    typeof code === 'string' ? code : /No space left on device/.test(error.message) ? 'ENOSPC' : '';
  const sentence = SENTENCES[known];
  return sentence === undefined || where === undefined ? error : sentence(where);
}
