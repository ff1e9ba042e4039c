// Looks at recent projects without opening them: nothing is written, brought up to date or waited for long.
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ProjectGlance } from '../../shared/contract/glances.ts';
import { isFinished } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { ReadableDb } from '../db/database.ts';
import { countByStateAndSplit, listImages } from '../db/images.ts';
import { projectSchema } from '../db/migrations/project.ts';
import { openForReading } from '../db/open.ts';
import { resolvedPath } from './image-path.ts';
import { imageRootOf } from './image-root.ts';
import { type Picture, thumbnail } from './pictures.ts';
import { recentProjects } from './recent-projects.ts';

const PICTURES = 3;
/** Milliseconds that a project may take to be looked at: the disk it lies on may be far away, or gone. */
const PATIENCE_MS = 5000;
/** Milliseconds to wait for another program that has the file to itself; the window waits as long. */
const BUSY_MS = 100;

export class Glances {
  readonly #pictures = new Map<string, Picture>();
  readonly #patience: number;

  constructor(patience = PATIENCE_MS) {
    this.#patience = patience;
  }

  /** What is in a recent project. Throws a Problem for a folder that is not in the list. */
  async at(dir: string): Promise<ProjectGlance> {
    const folder = resolve(dir);
    if (!recentProjects().some((recent) => recent.dir === folder))
      throw new Problem(`${dir} is not a recent project.`, 'Open it by its folder.');
    try {
      return await inTime(this.#look(folder), this.#patience, folder);
    } catch (error) {
      const { message, remedy = null } = asProblem(error, folder);
      return { images: 0, finished: 0, pictures: [], trouble: { sentence: message, remedy } };
    }
  }

  /** The picture behind a key of `at`; undefined where there is none. */
  picture(key: string): Picture | undefined {
    return this.#pictures.get(key);
  }

  async #look(dir: string): Promise<ProjectGlance> {
    const file = join(dir, 'project.db');
    await stat(file).catch(() => {
      throw new Problem(
        'It is not there any more.',
        'Connect its disk or put the folder back, or take it off this list.',
      );
    });
    const { files, ...counts } = read(file, dir);
    const pictures: string[] = [];
    for (const image of files) pictures.push(...(await this.#kept(image)));
    return { ...counts, pictures, trouble: null };
  }

  /** A key for the picture of an image; none where its file cannot be shown. */
  async #kept(file: string): Promise<string[]> {
    try {
      await stat(file);
      const picture = await thumbnail(file);
      const known = [...this.#pictures].find(([, other]) => other.file === picture.file);
      if (known) return [known[0]];
      const key = randomUUID();
      this.#pictures.set(key, picture);
      return [key];
    } catch {
      return [];
    }
  }
}

function read(file: string, dir: string) {
  const db = openForReading(file, projectSchema, BUSY_MS);
  try {
    return db.consistently(() => contentOf(db, dir));
  } finally {
    db.close();
  }
}

function contentOf(db: ReadableDb, dir: string) {
  const counts = countByStateAndSplit(db);
  const sum = (rows: typeof counts) => rows.reduce((total, { count }) => total + count, 0);
  const root = imageRootOf(db, dir);
  return {
    images: sum(counts),
    finished: sum(counts.filter(isFinished)),
    files: listImages(db, {}, 0, PICTURES).map(({ path }) => resolvedPath(path, root)),
  };
}

function asProblem(error: unknown, dir: string): Problem {
  if (error instanceof Problem) return error;
  return new Problem(`${dir} cannot be read.`, 'Open it to see why, or take it off this list.');
}

async function inTime<T>(work: Promise<T>, patience: number, dir: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    const problem = new Problem(
      `The disk of ${dir} does not answer.`,
      'Connect it, then load the window again.',
    );
    timer = setTimeout(fail, patience, problem);
  });
  // what comes too late is nobody's failure
  work.catch(() => undefined);
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
