// The folder that relative image paths start from.
import { isAbsolute, relative, resolve } from 'node:path';
import type { ReadableDb } from '../db/database.ts';
import { countImages } from '../db/images.ts';
import { readProject } from '../db/project.ts';
import { commonFolder } from './image-path.ts';

/** The absolute image root of the project in `dir`. */
export function imageRootOf(db: ReadableDb, dir: string): string {
  return resolve(dir, readProject(db)?.imageRoot ?? '.');
}

/** Inside the project folder the root moves with it, so it is kept relative; elsewhere it is absolute. */
export function storedRoot(folder: string, dir: string): string {
  const inside = relative(dir, resolve(folder));
  return inside.startsWith('..') || isAbsolute(inside) ? resolve(folder) : inside || '.';
}

/** What the first images of a project that named no root make the root: the folder they share. */
export function adoptableRoot(db: ReadableDb, dir: string, files: readonly string[]): string | undefined {
  if (readProject(db)?.imageRoot !== '.' || countImages(db, {}) > 0) return undefined;
  const shared = commonFolder(files);
  return shared === undefined ? undefined : storedRoot(shared, dir);
}
