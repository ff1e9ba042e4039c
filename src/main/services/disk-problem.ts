// What the file system reports, in a sentence: what, where, what to do.
import { Problem } from '../../shared/problem.ts';

const SENTENCES: Readonly<Record<string, (place: string) => Problem>> = {
  ENOENT: (place) => new Problem(`There is no place for ${place}.`, 'Check that its folder exists.'),
  ENOTDIR: (place) => new Problem(`A part of the path ${place} is a file.`, 'Check the path.'),
  EISDIR: (place) => new Problem(`${place} is a folder, where a file is wanted.`, 'Name a file.'),
  EEXIST: (place) => new Problem(`Something else is called ${place} already.`, 'Choose another name.'),
  EACCES: (place) => unwritable(place),
  EPERM: (place) => unwritable(place),
  EROFS: (place) => unwritable(place),
  ETXTBSY: (place) => unwritable(place),
  ENOSPC: (place) => new Problem(`The disk that holds ${place} is full.`, 'Free some space.'),
  EDQUOT: (place) => new Problem(`No more may be stored at ${place}.`, 'Free some space.'),
  ENAMETOOLONG: (place) => new Problem(`The path ${place} is too long.`, 'Choose a shorter one.'),
  ELOOP: (place) => new Problem(`The links at ${place} lead in a circle.`, 'Choose another place.'),
  EMFILE: (place) => new Problem(`Too many files are open to open ${place}.`, 'Close other programs.'),
};

function unwritable(place: string): Problem {
  return new Problem(
    `${place} may not be read or written.`,
    'Check the permissions of the file and of its folder, or choose another place.',
  );
}

/** The Problem behind what the file system reports about `place`, or about the path it names; other errors unchanged. */
export function asDiskProblem(error: unknown, place?: string): unknown {
  if (!(error instanceof Error) || error instanceof Problem) return error;
  const { code = '', path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  const where = place ?? dest ?? path;
  const sentence = SENTENCES[code];
  return sentence === undefined || where === undefined ? error : sentence(where);
}
