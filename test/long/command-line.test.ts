// The verbs on a model that was really trained: one JSON document each, files that others read, failures that say why.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
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
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpointFile } from '../../src/main/detector/checkpoints/checkpoint-file.ts';
import { openProject } from '../../src/main/services/projects.ts';
import { ddod, documentOf, start } from '../unit/cli/command-line.ts';
import { drawnProject, expectWhole, nextRun, statusOf, trainArguments, untilStep } from './training.ts';

const folder = mkdtempSync(join(tmpdir(), 'ddod-command-line-'));
const at = (...names: string[]) => join(folder, ...names);
const classes = ['white-cell', 'red-cell', 'platelet'];
let project = '';
let data = '';

interface Predicted {
  readonly images: number;
  readonly results: readonly {
    readonly file_name: string;
    readonly bbox: number[];
    readonly score: number;
  }[];
}

beforeAll(async () => {
  ({ project, data } = await drawnProject(folder, 12));
  const outcome = await ddod(...trainArguments(project), '--keep-every', '1', '--json');
  expect(outcome.code, outcome.stderr).toBe(0);
  expect(documentOf(outcome)).toMatchObject({
    run: 'r1',
    status: 'done',
    epochs: 2,
    steps: 8,
    best: { AP: expect.any(Number), AP50: expect.any(Number) },
    seconds: expect.any(Number),
    checkpoint: `${project}#r1`,
  });
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true }));

async function documentFrom<T>(...args: string[]): Promise<T> {
  const outcome = await ddod(...args, '--json');
  expect(outcome.code, outcome.stderr).toBe(0);
  return documentOf<T>(outcome);
}

const predict = (model: string, ...more: string[]) =>
  documentFrom<Predicted>('predict', '--model', model, join(data, 'JPEGImages'), '--score', '0', ...more);

describe('the trained run', () => {
  it('kept the checkpoint of every epoch, as was asked', () => {
    const open = openProject(project, { readOnly: true });
    const kept = open.checkpoints.list('r1').filter(({ kind }) => kind === 'every');
    expect(kept.map(({ epoch }) => epoch).sort()).toEqual([1, 2]);
    open.close();
  });

  it('is listed, compared and evaluated', async () => {
    const { runs } = await documentFrom<{ runs: unknown[] }>(
      'runs',
      '--project',
      project,
      '--compare',
      'r1',
      'r1',
    );
    expect(runs).toHaveLength(2);
    const evaluated = await documentFrom<Record<string, unknown>>(
      ...['eval', '--project', project, '--run', 'r1', '--split', 'test'],
    );
    const names = ['AP', 'AP50', 'AP75', 'APs', 'APm', 'APl', 'AR1', 'AR10', 'AR100', 'ARs', 'ARm', 'ARl'];
    expect(Object.keys(evaluated)).toEqual(expect.arrayContaining([...names, 'perClass']));
    const open = openProject(project, { readOnly: true });
    expect(open.evaluations.list('r1').map(({ split }) => split)).toContain('test');
    open.close();
  });

  it('finds the same through its exports as by itself, and draws what it found', async () => {
    const own = await predict(`${project}#r1`, '--overlay', at('pictures'), '--out', at('own.json'));
    expect(own.images).toBe(12);
    expect(own.results.length).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(at('own.json'), 'utf8'))).toEqual(own.results);
    const pictures = readdirSync(at('pictures'));
    expect(pictures).toHaveLength(12);
    for (const name of pictures) {
      expect(await sharp(at('pictures', name)).metadata()).toMatchObject({
        format: 'png',
        width: 320,
        height: 240,
      });
    }
    const picture = join(data, 'JPEGImages', 'sample_0000.jpg');
    mkdirSync(at('elsewhere'));
    copyFileSync(picture, at('elsewhere', 'sample_0000.jpg'));
    const both = [picture, at('elsewhere', 'sample_0000.jpg'), '--overlay', at('both')];
    await documentFrom('predict', '--model', `${project}#r1`, ...both);
    expect(readdirSync(at('both')).sort()).toEqual(['sample_0000-2.png', 'sample_0000.png']);
    for (const format of ['pth', 'safetensors']) {
      const made = await documentFrom<{ files: string[] }>(
        ...['export', '--project', project, '--run', 'r1', '--to', format, '--out', at(format)],
      );
      expect(made.files.every((file) => existsSync(file))).toBe(true);
      expect((await predict(at(format))).results).toEqual(own.results);
    }
    const open = openProject(project, { readOnly: true });
    expect(open.runs.exports('r1').map(({ format }) => format)).toEqual(['safetensors', 'pth']);
    open.close();
  });

  it('exports a checkpoint with the names and classes of mmdet, and never into a folder in use', async () => {
    const { tensors, classes: named } = readCheckpointFile(at('pth', 'model.pth'));
    expect(named).toEqual(classes);
    expect(tensors.get('bbox_head.atss_cls.weight')?.shape).toEqual([3, 32, 3, 3]);
    const open = openProject(project, { readOnly: true });
    const stored = open.checkpoints.load(open.checkpoints.chosen('r1').id);
    const held = stored.contents.filter(({ role }) => role === 'model').map(({ name }) => name);
    open.close();
    expect([...tensors.keys()].sort()).toEqual(held.sort());
    const again = await ddod(
      'export',
      '--project',
      project,
      '--run',
      'r1',
      '--to',
      'pth',
      '--out',
      at('pth'),
    );
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/pth is not empty. Choose a new folder/),
    });
    expect(readdirSync(at('pth')).sort()).toEqual(['card.json', 'labels.txt', 'model.pth']);
  });

  it('answers every other verb with one JSON document', async () => {
    const coco = ['export-labels', '--project', project, '--format', 'coco', '--out', at('coco')];
    await documentFrom(...coco);
    const gt = readdirSync(at('coco'), { recursive: true, encoding: 'utf8' }).find((name) =>
      /val.*json$/.test(name),
    );
    expect(gt, readdirSync(at('coco'), { recursive: true }).join()).toBeDefined();
    writeFileSync(at('dt.json'), '[]');
    expect(await documentFrom('eval', '--gt', at('coco', gt!), '--dt', at('dt.json'))).toMatchObject({
      AP: 0,
    });
    await documentFrom('weights', 'list');
    await documentFrom('doctor');
  });
});

describe('a picture that cannot be read', () => {
  it('is told of and left out of a prediction; where it is the only one, nothing is predicted', async () => {
    const [broken, good] = [at('broken.jpg'), join(data, 'JPEGImages', 'sample_0000.jpg')];
    writeFileSync(broken, 'no picture');
    const mixed = await ddod('predict', '--model', at('pth'), broken, good, '--json');
    expect(mixed.code).toBe(0);
    expect(mixed.stderr).toMatch(/warning: .*broken\.jpg/);
    const alone = await ddod('predict', '--model', at('pth'), broken);
    expect(alone).toMatchObject({ code: 1, stderr: expect.stringMatching(/can be read/) });
  });

  it('is skipped in training with a warning; a set of such pictures fails the run', async () => {
    const corrupt = at('corrupt');
    const made = await drawnProject(corrupt, 12);
    const pictures = readdirSync(join(made.data, 'JPEGImages')).map((name) =>
      join(made.data, 'JPEGImages', name),
    );
    const spoil = (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 60));
    spoil(pictures[0]!);
    // alone in its batch the spoilt picture takes whole batches with it, at times the last of an epoch
    const some = await ddod(...trainArguments(made.project, '--batch', '1', '--json'));
    expect(some.code, some.stderr).toBe(0);
    expect(documentOf(some)).toMatchObject({ status: 'done', epochs: 2, steps: 14 });
    expect(some.stderr).toMatch(/sample_0000\.jpg/);
    for (const path of pictures.slice(1)) spoil(path);
    const none = await ddod(...trainArguments(made.project));
    expect(none).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/None of the 8 images can be read/),
    });
    expect(await statusOf(made.project, 'r2')).toMatchObject({ status: 'failed' });
    expectWhole(made.project);
  });
});

describe('a training that cannot go on', () => {
  it('names the pictures on which the loss was not a number', async () => {
    const id = nextRun(project);
    const outcome = await ddod(...trainArguments(project, '--lr', '1e30'));
    expect(outcome.code).toBe(1);
    const run = await statusOf(project, id);
    expect(run.status).toBe('failed');
    expect(run.cause).toMatch(
      /became NaN on the images .*sample_\d+\.jpg, .*sample_\d+\.jpg.*lower the learning rate/,
    );
    expect(outcome.stderr).toContain(run.cause);
  });

  it('says what is wrong with first weights of another network', async () => {
    await documentFrom('export', '--project', project, '--run', 'r1', '--to', 'pth', '--out', at('other'));
    const init = ['--init', at('other', 'model.pth')];
    const outcome = await ddod(...trainArguments(project, '--backbone', 'resnet18', ...init));
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(
      /model\.pth seems to hold .*EfficientNet.* but the network is .*ResNet-18.*Pick weights/,
    );
    expect(outcome.stderr.trim().split('\n').at(-1)).not.toMatch(/^\s+at /);
  });

  it('leaves the project to the training that has it open', async () => {
    const run = nextRun(project);
    const command = start(trainArguments(project, '--epochs', '3'));
    await untilStep(project, run, 1);
    const second = await ddod(...trainArguments(project));
    expect(second).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/already open for writing.*Close it there/),
    });
    expect((await statusOf(project, run)).status).toBe('running');
    expect(await command.ended).toMatchObject({ code: 0 });
    expectWhole(project);
  });

  it('fails with a sentence on a full disk, and the project stays whole', async (context) => {
    const disk = mkdtempSync(join(tmpdir(), 'ddod-full-disk-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]).status === 0;
    if (!mounted) {
      rmSync(disk, { recursive: true });
      context.skip('a small tmpfs cannot be mounted here');
    }
    try {
      const small = join(disk, 'project');
      expect(await ddod('import', data, '--project', small)).toMatchObject({ code: 0 });
      const outcome = await ddod(...trainArguments(small));
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toMatch(/full, so nothing more can be saved there.*Free some space/);
      expect(outcome.stderr).not.toMatch(/^\s+at /m);
      expectWhole(small);
      const run = await statusOf(small, 'r1');
      expect(['failed', 'paused']).toContain(run.status);
    } finally {
      spawnSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    }
  });
});

describe('demo', () => {
  it('does the whole job on drawn pictures where no real ones are at hand', async () => {
    const out = at('demo');
    const command = start(['demo', '--out', out, '--epochs', '1'], { BCCD_DIR: '/nonexistent' });
    const { code, stdout, stderr } = await command.ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/class +AP +AP50/);
    for (const name of [...classes, 'all']) expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
    const made = [...stdout.matchAll(/^ {2}(\/.+)$/gm)].map(([, path]) => path!);
    expect(made.length).toBeGreaterThanOrEqual(6);
    for (const path of made) expect(existsSync(path), path).toBe(true);
    copyFileSync(join(out, 'detections.json'), at('detections.json'));
    expect(JSON.parse(readFileSync(at('detections.json'), 'utf8'))).toBeInstanceOf(Array);
    const again = await ddod('demo', '--out', out);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/demo is not empty/) });
  });
});
