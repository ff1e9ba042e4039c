// Being told to end in the middle of a verb that has nothing to save: a document, exit code 130, and no process left over.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createProject } from '../../../src/main/services/projects.ts';
import { drawSampleData } from '../../../src/main/services/sample-data.ts';
import { ddod, documentOf, start } from './command-line.ts';

/** State and parent of a process; undefined where it is gone. */
function facts(pid: string | number): readonly [state: string, parent: string] | undefined {
  try {
    const [state = '', parent = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .split(') ')
      .at(-1)!
      .split(' ');
    return [state, parent];
  } catch {
    return undefined;
  }
}

const childrenOf = (pid: number) =>
  readdirSync('/proc').filter((name) => /^\d+$/.test(name) && facts(name)?.[1] === String(pid));

/** A process that nobody asks for its exit code stays listed. */
const isGone = (pid: string) => /^Z?$/.test(facts(pid)?.[0] ?? '');

describe('a reader that goes away', () => {
  it('is no failure', async () => {
    const command = start(['weights', 'list']);
    command.child.stdout?.destroy();
    expect(await command.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('export-labels, told to end', () => {
  it('leaves nothing of what it wrote', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ddod-interruption-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const project = createProject(join(folder, 'project'));
    const box = { classIndex: 0, x1: 1, y1: 1, x2: 9, y2: 9 };
    const images = Array.from({ length: 5000 }, (_, at) => ({
      path: `/pictures/${at}.png`,
      width: 20,
      height: 20,
      orientation: 1,
      boxes: [box],
    }));
    const staged = { format: 'voc', classes: [{ name: 'cat' }], images, skipped: [], warnings: [] };
    project.datasets.commit(staged, { splitBy: 'none' });
    project.close();
    const out = join(folder, 'out', 'labels');
    const command = start(['export-labels', '--project', project.dir, '--format', 'voc', '--out', out]);
    await command.seen(/writing \d+ of 5000/);
    command.child.kill('SIGINT');
    const outcome = await command.ended;
    expect(outcome.code, outcome.stderr).toBe(130);
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
  });
});

describe.skipIf(!existsSync('/proc/self/stat'))('predict, told to end', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s ends its worker at once', async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'ddod-interruption-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await drawSampleData(folder, 2);
    const images = join(folder, 'JPEGImages');
    // the worker takes a while to load before it finds that this is no model
    const model = join(images, readdirSync(images)[0]!);
    const command = start(['predict', '--model', model, images, '--json']);
    const pid = command.child.pid!;
    await expect.poll(() => childrenOf(pid).length, { timeout: 60_000, interval: 5 }).toBe(1);
    const [worker] = childrenOf(pid);
    command.child.kill(signal);
    const outcome = await command.ended;
    expect(outcome.code, outcome.stderr).toBe(130);
    expect(documentOf(outcome)).toMatchObject({ interrupted: true });
    // by itself it would notice only after several seconds
    await expect.poll(() => isGone(worker!), { timeout: 2000 }).toBe(true);
  });
});

describe('import', () => {
  const IMAGES = 6000;
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  let folder: string;
  let data: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ddod-import-stop-'));
    data = join(folder, 'data');
    mkdirSync(data);
    for (let at = 0; at < IMAGES; at++) writeFileSync(join(data, `${at}.png`), png);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([/reading/, /checking/, /taking in/])('stopped at %s leaves nothing', async (step) => {
    const command = start(['import', data, '--project', join(folder, 'new', 'project')]);
    await command.seen(step);
    command.child.kill('SIGINT');
    expect((await command.ended).code).toBe(130);
    expect(readdirSync(folder)).toEqual(['data']);
  });

  it('tells no progress beside a document', async () => {
    const outcome = await ddod('import', data, '--project', join(folder, 'whole'), '--json');
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(documentOf(outcome)).toMatchObject({ images: IMAGES });
  });
});
