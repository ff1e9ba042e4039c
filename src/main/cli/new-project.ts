// A project that a verb makes where it is missing, and takes away again where its work fails.
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isProject, type OpenProject } from '../services/projects.ts';
import { withProject } from './arguments.ts';

const OWN_FILES = /^(project|checkpoints)\.(db|db-wal|db-shm|lock)$/;

/** Runs `body` on the project in `dir`. One that was not there before is there afterwards only if `body` did its work. */
export async function withProjectMade<T>(
  dir: string,
  body: (project: OpenProject) => Promise<T>,
): Promise<T> {
  if (isProject(dir)) return await withProject(dir, {}, body);
  const folders = missingFolders(resolve(dir));
  try {
    return await withProject(dir, { create: true }, body);
  } catch (error) {
    takeAway(resolve(dir), folders);
    throw error;
  }
}

/** Folders to make before this one is there, itself first. */
function missingFolders(dir: string): string[] {
  return existsSync(dir) || dirname(dir) === dir ? [] : [dir, ...missingFolders(dirname(dir))];
}

function takeAway(dir: string, folders: readonly string[]): void {
  try {
    for (const name of readdirSync(dir)) if (OWN_FILES.test(name)) rmSync(join(dir, name));
    for (const folder of folders) rmdirSync(folder);
  } catch {
    // somebody put something there meanwhile: it stays
  }
}
