// Folders of this computer, for a window that has no native dialog: names only, never a file's content.
import { type Dirent, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, extname, resolve } from 'node:path';
import type { FolderListing } from '../../shared/contract.ts';
import { Problem } from '../../shared/problem.ts';
import { isProject } from './projects.ts';

const LABEL_SUFFIXES = ['.json', '.xml', '.yaml', '.yml', '.txt', '.csv', '.odgt'];

/** The folders in `path` (the home folder where left out), hidden ones excepted; with `files` what may hold labels too. */
export function listFolders(path = homedir(), files = false): FolderListing {
  const folder = resolve(path);
  const parent = dirname(folder);
  const entries = entriesIn(folder);
  const isLabel = (entry: Dirent) =>
    files && !entry.isDirectory() && LABEL_SUFFIXES.includes(extname(entry.name).toLowerCase());
  return {
    path: folder,
    parent: parent === folder ? null : parent,
    folders: namesOf(entries.filter((entry) => entry.isDirectory())),
    files: namesOf(entries.filter(isLabel)),
    isProject: isProject(folder),
  };
}

function namesOf(entries: readonly Dirent[]): string[] {
  return entries.map(({ name }) => name).sort((a, b) => a.localeCompare(b));
}

function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
  } catch {
    throw new Problem(`The folder ${folder} cannot be read.`, 'Choose another one.');
  }
}
