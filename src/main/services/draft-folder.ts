// A folder that appears whole or not at all: filled beside its place, moved there at the end.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Problem } from '../../shared/problem.ts';

export interface DraftFolder {
  /** Where to write. */
  readonly folder: string;
  /** Puts it in its place. */
  keep(): void;
  /** Leaves no trace of it. */
  drop(): void;
}

/** A draft of `dir`. Throws a Problem where something lies there already. */
export function draftFolder(dir: string): DraftFolder {
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    throw new Problem(`The folder ${dir} is not empty.`, 'Choose a new folder for the export.');
  }
  mkdirSync(dirname(dir), { recursive: true });
  const folder = mkdtempSync(join(dirname(dir), '.export-'));
  // a temporary folder is its maker's alone; this one is for whoever may read what lies around it
  chmodSync(folder, 0o755);
  return {
    folder,
    keep() {
      rmSync(dir, { recursive: true, force: true });
      renameSync(folder, dir);
    },
    drop: () => rmSync(folder, { recursive: true, force: true }),
  };
}
