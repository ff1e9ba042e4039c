// Arguments that several verbs share, checked as they are read.
import { InvalidArgumentError } from 'commander';
import { Problem } from '../../shared/problem.ts';
import { createProject, isProject, type OpenProject, openProject } from '../services/projects.ts';

/** Larger ones would lose digits where they are stored or drawn from. */
const LARGEST = 2 ** 31 - 1;

/** Reads a whole number between two others. */
export function wholeNumber(from: number, to = LARGEST): (text: string) => number {
  return (text) => {
    const value = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= from && value <= to))
      throw new InvalidArgumentError(`Give a whole number from ${from} to ${to}.`);
    return value;
  };
}

/** A whole number from 1. */
export const positiveInteger = wholeNumber(1);

/** A whole number from 0. */
export const naturalNumber = wholeNumber(0);

/** A whole number from 1, or `auto`. */
export function positiveIntegerOrAuto(text: string): number | 'auto' {
  return text === 'auto' ? text : positiveInteger(text);
}

/** A number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('Give a number above 0.');
  return value;
}

/** A number from 0 to 1. */
export function ratio(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1) || text.trim() === '')
    throw new InvalidArgumentError('Give a number from 0 to 1.');
  return value;
}

/** Collects an option that may be given several times. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/**
 * Runs `body` on the project in `dir` to look at it. Nobody else having it open, runs that a crash cut short are marked
 * first, so that none is shown as going on.
 */
export async function withProjectToRead<T>(
  dir: string,
  body: (project: OpenProject) => Promise<T> | T,
): Promise<T> {
  try {
    openProject(dir).close();
  } catch (error) {
    // open elsewhere, or on a disk that cannot be written: what keeps it from being read too is thrown below
    if (!(error instanceof Problem)) throw error;
  }
  return withProject(dir, { readOnly: true }, body);
}

/** Runs `body` on the project in `dir` and closes it, whatever happens. */
export async function withProject<T>(
  dir: string,
  options: { readonly readOnly?: boolean; readonly create?: boolean },
  body: (project: OpenProject) => Promise<T> | T,
): Promise<T> {
  const project =
    options.create === true && !isProject(dir)
      ? createProject(dir)
      : openProject(dir, options.readOnly === undefined ? {} : { readOnly: options.readOnly });
  try {
    return await body(project);
  } finally {
    project.close();
  }
}
