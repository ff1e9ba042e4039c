// Folders of this computer, for a window that has no native dialog: names only, never a file's content.
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { FolderListing } from '../../shared/contract.ts';
import { Problem } from '../../shared/problem.ts';
import { isProject } from './projects.ts';

/** The folders in `path` (the home folder where left out), hidden ones excepted. */
export function listFolders(path = homedir()): FolderListing {
  const folder = resolve(path);
  const parent = dirname(folder);
  return {
    path: folder,
    parent: parent === folder ? null : parent,
    folders: namesIn(folder),
    isProject: isProject(folder),
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort((a, b) => a.localeCompare(b));
  } catch {
    throw new Problem(`The folder ${folder} cannot be read.`, 'Choose another one.');
  }
}
