// What a user can get wrong: one sentence that says what, where and what to do, exit code 1 or 2, nothing lost.
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
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProject } from '../../../src/main/services/projects.ts';
import { drawSampleData } from '../../../src/main/services/sample-data.ts';
import { ddod, documentOf, inProcess } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'ddod-bad-input-'));
const data = join(folder, 'sample');
const project = join(folder, 'project');
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  await drawSampleData(data, 6);
  expect(await ddod('import', data, '--project', project)).toMatchObject({ code: 0 });
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command that must fail, in this process, and returns what it said on stderr. */
async function failing(code: 1 | 2, ...args: string[]): Promise<string> {
  const outcome = await inProcess(...args);
  expect(outcome.stderr).not.toMatch(/^\s+at /m);
  expect(outcome, args.join(' ')).toMatchObject({ code, stdout: '' });
  return outcome.stderr.trim();
}

const missingFile = '/nowhere/file.jpg';

const exporting = (format: string, ...more: string[]) => [
  'export',
  '--project',
  project,
  '--run',
  'r1',
  '--to',
  format,
  '--out',
  at('x'),
  ...more,
];

describe('wrong usage (exit code 2)', () => {
  it.each<[RegExp, string[]]>([
    [/unknown command 'trian'.*train|Did you mean train/s, ['trian']],
    [/unknown option '--speed'/, ['train', '--project', project, '--speed', '9']],
    [/--project/, ['train']],
    [/--epochs.*whole number/, ['train', '--project', project, '--epochs', '1.5']],
    [/--batch.*whole number/, ['train', '--project', project, '--batch', 'many']],
    [/--lr.*above 0/, ['train', '--project', project, '--lr', '-1']],
    [/Give --project and --run, or --gt and --dt/, ['eval']],
    [/--to.*pth, safetensors/s, exporting('exe')],
    [/pth holds the weights alone.*--half/s, exporting('pth', '--half')],
    [/safetensors holds the weights alone/, exporting('safetensors', '--heads')],
    [/8 bits are for TensorFlow\.js alone/, exporting('onnx', '--int8')],
    [/one size/, exporting('tfjs', '--int8', '--half')],
    [/"nonsense" is not an image size.*320/, ['train', '--project', project, '--size', 'nonsense']],
    [/no value "train.speed".*--show-recipe/, ['train', '--project', project, '--set', 'train.speed=3']],
    [/does not hold together: train\.lr/, ['train', '--project', project, '--set', 'train.lr=fast']],
    [/sets nothing.*train\.epochs=12/, ['train', '--project', project, '--set', 'nonsense']],
    [/not a detector.*ddod-atss/, ['train', '--project', project, '--detector', 'yolo']],
    [/not a backbone.*resnet50/, ['train', '--project', project, '--backbone', 'vgg']],
    [/no recipe "slow".*fast/, ['train', '--project', project, '--preset', 'slow']],
    [/fp8 is not there/, ['train', '--project', project, '--precision', 'fp8']],
    [/device tpu is not there/, ['train', '--project', project, '--device', 'tpu']],
    [/--seed.*from 0 to 2147483647/, ['train', '--project', project, '--seed', '1e30']],
    [/--seed.*from 0 to 2147483647/, ['train', '--project', project, '--seed', '']],
    [/--seed.*from 0 to 2147483647/, ['train', '--project', project, '--seed', '2147483648']],
    [/--format.*bogus.*createml/s, ['import', data, '--project', project, '--format', 'bogus']],
    [/no benchmark nothing/, ['bench', '--only', 'nothing']],
    [/--split.*train, val, test/s, ['eval', '--project', project, '--run', 'r1', '--split', 'all']],
  ])('%s', async (expected, args) => {
    expect(await failing(2, ...args)).toMatch(expected);
  });
});

describe('what cannot be done (exit code 1)', () => {
  it.each<[RegExp, string[]]>([
    [/is not a DDOD Studio project/, ['train', '--project', data]],
    [/is not a DDOD Studio project/, ['runs', '--project', at('nothing')]],
    [/no file .*missing\.pth/, ['train', '--project', project, '--init', at('missing.pth')]],
    [/no run r9.*ddod runs/, ['resume', '--project', project, '--run', 'r9']],
    [/no run r9/, ['eval', '--project', project, '--run', 'r9']],
    [/no run r9/, ['export', '--project', project, '--run', 'r9', '--to', 'pth', '--out', at('x')]],
    [/no model .*missing\.pth/, ['predict', '--model', at('missing.pth'), join(data, 'JPEGImages')]],
    [/not an exported model/, ['predict', '--model', data, join(data, 'JPEGImages')]],
    [/no run r9/, ['predict', '--model', `${project}#r9`, join(data, 'JPEGImages')]],
    [/no file \/nowhere\/file\.jpg/, ['predict', '--model', project, missingFile]],
    [/gt\.json/, ['eval', '--gt', at('gt.json'), '--dt', at('dt.json')]],
  ])('%s', async (expected, args) => {
    expect(await failing(1, ...args)).toMatch(expected);
  });

  it('a sentence is also the one JSON document', async () => {
    const outcome = await ddod('runs', '--project', at('nothing'), '--json');
    expect(outcome.code).toBe(1);
    expect(documentOf(outcome).error).toBe(outcome.stderr.trim());
  });

  it.each([
    [['trian']],
    [['runs', '--speed']],
    [['eval']],
    [['predict', '--score', '7']],
    [['import', data, '--project', project, '--format', 'bogus']],
    [['train', '--project', project, '--size', 'abc']],
  ])('nor is wrong usage without its document: %s', async (args) => {
    const outcome = await inProcess(...args, '--json');
    expect(outcome.code).toBe(2);
    expect(documentOf(outcome).error).toMatch(/\w+/);
    expect(outcome.stderr).toContain(String(documentOf(outcome).error).split('\n')[0]);
  });

  it('leaves the project as it was', () => {
    const open = openProject(project);
    expect(open.runs.list()).toEqual([]);
    expect(open.annotations.count()).toBe(6);
    open.close();
  });
});

describe('import', () => {
  it('refuses an empty folder and a missing one, and makes no project', async () => {
    mkdirSync(at('empty'));
    expect(await failing(1, 'import', at('empty'), '--project', at('p1'))).toMatch(/empty/);
    expect(await failing(1, 'import', at('absent'), '--project', at('p1'))).toMatch(/absent/);
    expect(existsSync(at('p1'))).toBe(false);
  });

  it('reports wrong XML and an empty picture, and takes the rest', async () => {
    const broken = at('broken');
    await drawSampleData(broken, 4);
    writeFileSync(join(broken, 'Annotations', 'sample_0001.xml'), '<annotation><object></annotation>');
    writeFileSync(join(broken, 'JPEGImages', 'sample_0002.jpg'), '');
    const outcome = await inProcess('import', broken, '--project', at('p2'), '--json');
    expect(outcome.code, outcome.stderr).toBe(0);
    const { images, skipped } = documentOf<{ images: number; skipped: { file: string; reason: string }[] }>(
      outcome,
    );
    expect(skipped.map(({ file }) => file).join(' ')).toMatch(/sample_0001\.xml/);
    expect(images).toBeGreaterThanOrEqual(2);
  });

  it('changes nothing on a dry run, not even making a project', async () => {
    const outcome = await inProcess('import', data, '--project', at('p3'), '--dry-run', '--json');
    expect(documentOf(outcome)).toMatchObject({ images: 6, dryRun: true });
    expect(existsSync(at('p3'))).toBe(false);
  });

  it('leaves a project alone that another process has open', async () => {
    const open = openProject(project);
    const line = await failing(1, 'import', data, '--project', project);
    open.close();
    expect(line).toMatch(
      new RegExp(`already open for writing \\(process ${process.pid}.*Close it there first`),
    );
  });
});

describe('export-labels', () => {
  it('refuses a folder that holds something, and an unknown format', async () => {
    const before = readdirSync(data);
    const args = ['export-labels', '--project', project, '--out'];
    expect(await failing(1, ...args, data, '--format', 'voc')).toMatch(/sample.*(not empty|new)/);
    expect(readdirSync(data)).toEqual(before);
    expect(await failing(2, ...args, at('labels'), '--format', 'word')).toMatch(/word/);
    const pixels = ['--format', 'coco', '--convention', 'voc-1-based'];
    expect(await failing(2, ...args, at('labels'), ...pixels)).toMatch(/Only Pascal VOC/);
    expect(existsSync(at('labels'))).toBe(false);
  });

  it('writes one JSON document of what it made', async () => {
    const outcome = await ddod(
      'export-labels',
      '--project',
      project,
      '--format',
      'coco',
      '--out',
      at('coco'),
      '--json',
    );
    expect(outcome.code, outcome.stderr).toBe(0);
    documentOf(outcome);
    expect(JSON.parse(readFileSync(join(at('coco'), 'manifest.json'), 'utf8'))).toBeTypeOf('object');
  });
});
