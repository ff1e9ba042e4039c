// Errors that nobody foresaw: a sentence where the disk is the cause, and the whole story in a file.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { problemOf } from '../../../src/main/services/failures.ts';
import { Workspace } from '../../../src/main/services/workspace.ts';
import { Problem } from '../../../src/shared/problem.ts';
import { temporaryFolder } from './temporary.ts';

describe('an error', () => {
  let folder: string;
  let log: string;
  let said: string;

  beforeEach(() => {
    folder = temporaryFolder();
    process.env.DDOD_CONFIG_DIR = join(folder, 'config');
    log = join(folder, 'config', 'log', 'errors.log');
    said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    return () => vi.restoreAllMocks();
  });

  function failure(work: () => unknown): unknown {
    try {
      work();
    } catch (error) {
      return error;
    }
    return undefined;
  }

  it('of the disk is told in a sentence with the file', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const told = (work: () => unknown) => problemOf(failure(work), 'test').sentence;
    expect(told(() => readFileSync(join(folder, 'gone')))).toMatch(/gone is not there\. Check/);
    expect(told(() => readFileSync(join(file, 'within')))).toMatch(/file\/within is a file, not a folder\./);
    expect(told(() => mkdirSync(join(folder, 'x'.repeat(300))))).toMatch(/longer than the disk allows\./);
  });

  it('that nobody foresaw is written down with its stack, and the file is named', () => {
    const { message, remedy } = problemOf(new TypeError('x is not a function'), 'images.ids');
    expect(message).toBe('Something went wrong inside.');
    expect(remedy).toContain(log);
    for (const text of [readFileSync(log, 'utf8'), said])
      expect(text).toMatch(/images\.ids\nTypeError: x is not a function\n\s+at .*failures\.test\.ts/);
  });

  it('that was foreseen passes as it is', () => {
    const problem = new Problem('The port is taken.');
    expect(problemOf(problem, 'test')).toBe(problem);
    expect(existsSync(log)).toBe(false);
  });

  it('does not fill the disk with what is written down', () => {
    problemOf(new Error('x'.repeat(1_200_000)), 'test');
    problemOf(new Error('another'), 'test');
    expect(statSync(log).size).toBeLessThan(10_000);
    expect(statSync(join(folder, 'config', 'log', 'errors.old.log')).size).toBeGreaterThan(1_000_000);
  });

  it('is told where it cannot be written down, and keeps no project closed', async () => {
    writeFileSync(join(folder, 'config'), 'a file where the folder should be');
    expect(problemOf(new Error('odd'), 'test').remedy).toContain('the terminal');
    const workspace = new Workspace();
    const project = await workspace.create(join(folder, 'project'), 'Project');
    expect(workspace.project.info().id).toBe(project.id);
    workspace.close();
    expect(said).toContain('the list of recent projects');
  });
});
