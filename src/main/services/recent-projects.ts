// The projects opened lately, in a small file of the user's configuration folder.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Timestamp } from '../../shared/model.ts';

export interface RecentProject {
  readonly dir: string;
  readonly name: string;
  readonly openedAt: Timestamp;
}

const KEPT = 20;

/** The folder for settings: `DDOD_CONFIG_DIR`, or where the system keeps such things. */
export function configDir(): string {
  const { DDOD_CONFIG_DIR, APPDATA, XDG_CONFIG_HOME } = process.env;
  if (DDOD_CONFIG_DIR) return DDOD_CONFIG_DIR;
  if (process.platform === 'win32')
    return join(APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'DDOD Studio');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'DDOD Studio');
  return join(XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'ddod-studio');
}

function isRecent(value: unknown): value is RecentProject {
  const entry = value as Partial<RecentProject> | null;
  return (
    typeof entry?.dir === 'string' && typeof entry.name === 'string' && typeof entry.openedAt === 'number'
  );
}

/** Newest first; empty where the file is missing or damaged: a list of shortcuts is no reason to stop. */
export function recentProjects(folder = configDir()): RecentProject[] {
  try {
    const list: unknown = JSON.parse(readFileSync(join(folder, 'recent.json'), 'utf8'));
    return Array.isArray(list) ? list.filter(isRecent) : [];
  } catch {
    return [];
  }
}

/** Puts a project at the top of the list. */
export function rememberProject(dir: string, name: string, folder = configDir()): void {
  const entry = { dir: resolve(dir), name, openedAt: Date.now() };
  write(folder, [entry, ...recentProjects(folder).filter((other) => other.dir !== entry.dir)].slice(0, KEPT));
}

/** Takes a project off the list; its folder is not touched. */
export function forgetProject(dir: string, folder = configDir()): void {
  write(
    folder,
    recentProjects(folder).filter((other) => other.dir !== resolve(dir)),
  );
}

function write(folder: string, list: readonly RecentProject[]): void {
  mkdirSync(folder, { recursive: true });
  // renamed into place, so that a reader never meets half a file
  const draft = join(folder, `recent.${process.pid}.json`);
  writeFileSync(draft, JSON.stringify(list, null, 2));
  renameSync(draft, join(folder, 'recent.json'));
}
