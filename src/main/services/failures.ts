// What nobody foresaw: told in a sentence, written down in full where whoever mends it can read it.
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../shared/problem.ts';
import { asProblem } from '../db/sqlite-problem.ts';
import { configDir } from './recent-projects.ts';

const LARGEST_LOG = 1_000_000;

/** The Problem to show for any error; one that is none is written down first. `doing` says where it came up. */
export function problemOf(error: unknown, doing: string): Problem {
  if (error instanceof Problem) return error;
  const log = writeDown(error, doing);
  const known = asProblem(error, 'the project');
  if (known instanceof Problem) return known;
  return new Problem('Something went wrong inside.', `Repeat it. What it was is written in ${log}.`);
}

/** Writes an error with its stack to the terminal and to a file of the user's configuration folder; says where it is. */
export function writeDown(error: unknown, doing: string): string {
  const stack = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  const text = `${new Date().toISOString()} ${doing}\n${stack}\n`;
  process.stderr.write(text);
  const folder = join(configDir(), 'log');
  const file = join(folder, 'errors.log');
  try {
    mkdirSync(folder, { recursive: true });
    const { size = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {};
    if (size > LARGEST_LOG) renameSync(file, join(folder, 'errors.old.log'));
    appendFileSync(file, text);
    return file;
  } catch {
    return 'the terminal';
  }
}
