// Paths as a person types them in a window: from the root of the disk, or from ~, the home folder.
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Problem } from '../../shared/problem.ts';

/** The whole path. Throws a Problem for one that would begin wherever the program was started. */
export function wholePath(typed: string): string {
  const path = typed.trim().replace(/^~(?=$|[\\/])/, () => homedir());
  if (isAbsolute(path)) return path;
  throw new Problem(
    `"${typed}" does not say where it begins.`,
    `Write the whole path, such as ${join(homedir(), path)}, or begin with ~ for your home folder.`,
  );
}
