// Labels on their way out of a project: what is told beforehand, where they may go, and the proof that they are whole.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { StagedBox } from '../../../src/main/formats/staged.ts';
import {
  exportProjectLabels,
  labelExportReport,
  type Wish,
} from '../../../src/main/services/label-export.ts';
import { createProject, type OpenProject } from '../../../src/main/services/projects.ts';
import { labelFormats } from '../../../src/shared/contract/label-exports.ts';
import { closing, staged, stagedBox, stagedImage, temporaryFolder, temporaryProject } from './temporary.ts';

const silent = { onProgress: () => undefined };
const formats = labelFormats;
const wishOf = (format: Wish['format'], more: Partial<Wish> = {}): Wish => ({
  format,
  finishedOnly: false,
  copyImages: false,
  ...more,
});

async function picture(file: string): Promise<string> {
  mkdirSync(join(file, '..'), { recursive: true });
  const grey = { width: 640, height: 480, channels: 3, background: '#808080' } as const;
  await sharp({ create: grey }).png().toFile(file);
  return file;
}

/** A project in `dir` with a box on each of the images, every other one in train. */
function projectOf(dir: string, files: readonly string[]): OpenProject {
  const project = closing(createProject(dir, 'Test'));
  const images = files.map((file, at) =>
    stagedImage(file, [stagedBox(at % 2)], at % 2 === 0 ? { split: 'train' } : {}),
  );
  project.datasets.commit(staged(images));
  return project;
}

describe('what an export would hold', () => {
  it('is counted as it is wished, with what the format cannot say', async () => {
    const project = temporaryProject();
    const odd: StagedBox[] = [
      { ...stagedBox(0), ignore: 'crowd', difficult: true },
      { ...stagedBox(1), x1: -2, truncated: true, occluded: true },
      { ...stagedBox(1), x2: 10.5, score: 0.5, trackId: 't' },
    ];
    const images = [
      stagedImage('/d/1.jpg', odd, { split: 'train' }),
      stagedImage('/d/2.jpg', [stagedBox(0)], { split: 'val' }),
      stagedImage('/d/3.jpg', [stagedBox(0)], { lost: 1 }),
      stagedImage('/d/4.jpg'),
    ];
    project.datasets.commit(staged(images));
    const all = await labelExportReport(project, wishOf('yolo'));
    expect(all).toMatchObject({ images: 4, boxes: 5, splits: { train: 1, val: 1, test: 0, none: 2 } });
    expect(all.classes).toEqual([
      { name: 'cat', boxes: 3 },
      { name: 'dog', boxes: 2 },
    ]);
    const said = [
      'ignored',
      'difficult',
      'truncated',
      'occluded',
      'score',
      'track',
      'outside',
      'not finished',
    ];
    expect(all.losses).toHaveLength(said.length);
    for (const [at, word] of said.entries()) expect(all.losses[at]).toMatch(new RegExp(`^1 .*${word}`));
    const finished = await labelExportReport(
      project,
      wishOf('coco', { finishedOnly: true, splits: ['none'] }),
    );
    expect(finished).toMatchObject({ images: 1, boxes: 0, losses: [] });
    // counted again once something has changed
    project.annotations.removeImages([1], 'test');
    expect(await labelExportReport(project, wishOf('coco'))).toMatchObject({ images: 3, boxes: 2 });
  });

  it('has the VOC convention that labels came with, whatever came after them', async () => {
    const project = temporaryProject();
    const voc = (convention: string, path: string) => ({
      ...staged([stagedImage(path, [stagedBox(0)])]),
      ...{ format: 'voc', convention },
    });
    const told = async () => (await labelExportReport(project, wishOf('voc'))).convention;
    expect(await told()).toBe('voc-0-based');
    project.datasets.commit(voc('voc-1-based', '/d/1.jpg'));
    project.datasets.commit(voc('createml-pixels', '/d/2.jpg'));
    project.datasets.commit(staged([stagedImage('/d/3.jpg')]));
    expect(await told()).toBe('voc-1-based');
    project.datasets.commit(voc('voc-0-based', '/d/4.jpg'));
    expect(await told()).toBe('voc-0-based');
    project.journal.undo('test');
    expect(await told()).toBe('voc-1-based');
    project.journal.redo('test');
    expect(await told()).toBe('voc-0-based');
  });
});

describe('an export', () => {
  it('goes to the folder that is suggested, wherever project and images lie', async () => {
    const folder = temporaryFolder();
    const layouts = [
      [join(folder, 'a/project'), join(folder, 'a/images')],
      [join(folder, 'b/project'), join(folder, 'b')],
      [join(folder, 'c'), join(folder, 'c')],
      [join(folder, 'd'), join(folder, 'd/images/train')],
    ] as const;
    for (const [dir, images] of layouts) {
      const project = projectOf(dir, [await picture(join(images, '1.png'))]);
      const { suggestedDir } = await labelExportReport(project, wishOf('coco'));
      await exportProjectLabels(project, wishOf('coco'), suggestedDir, silent);
      expect(existsSync(join(suggestedDir, 'manifest.json'))).toBe(true);
      const next = await labelExportReport(project, wishOf('coco'));
      expect(next.suggestedDir).not.toBe(suggestedDir);
    }
  });

  it('stays out of folders of images and labels, and may lie beside them', async () => {
    const folder = temporaryFolder();
    const file = await picture(join(folder, 'set/images/train/1.png'));
    const project = projectOf(join(folder, 'project'), [file]);
    const to = (place: string) => exportProjectLabels(project, wishOf('coco'), join(folder, place), silent);
    for (const place of [
      'set/images/train/x',
      'set/images/x',
      'set/labels',
      'set/labels/train',
      'set/Annotations',
    ])
      await expect(to(place)).rejects.toThrow('lies in the source folder');
    await to('set/other');
    const manifest = JSON.parse(readFileSync(join(folder, 'set/other/manifest.json'), 'utf8'));
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(manifest).toMatchObject({ tool: 'DDOD Studio', toolVersion: version, version: 1 });
  });

  it.each(formats)(
    'as %s is proven without its images, and without a look at other folders',
    async (format) => {
      const folder = temporaryFolder();
      const files = await Promise.all(
        ['a/1.png', 'b/c/2.png', 'b/3.png'].map((name) => picture(join(folder, name))),
      );
      const project = projectOf(join(folder, 'project'), files);
      // another picture of that name somewhere else is not meant
      await picture(join(folder, 'elsewhere/b/3.png'));
      for (const file of files.slice(1)) rmSync(file);
      const out = join(folder, 'project/exports/out');
      const done = await exportProjectLabels(project, wishOf(format), out, silent);
      expect(done).toMatchObject({ images: 3, boxes: 3 });
      expect(done.readBack).toEqual({ found: 3, same: 3, largestShift: 0, unchecked: 0 });
    },
  );

  it.each(formats)('as %s copies the images that are there, and names those that are not', async (format) => {
    const folder = temporaryFolder();
    const files = await Promise.all(['1.png', '2.png'].map((name) => picture(join(folder, 'in', name))));
    const project = projectOf(join(folder, 'project'), files);
    rmSync(files[0] ?? '');
    const out = join(folder, 'out');
    const done = await exportProjectLabels(project, wishOf(format, { copyImages: true }), out, silent);
    expect(done.notes).toContainEqual(`Not copied, since the files cannot be read: ${files[0]}.`);
    expect(done.readBack).toMatchObject({ same: 2, unchecked: 0 });
    const copies = readdirSync(out, { recursive: true }).filter((name) => String(name).endsWith('.png'));
    expect(copies.map((name) => String(name).split('/').pop())).toEqual(['2.png']);
    expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')).notes).toEqual(done.notes);
  });

  it('that is stopped while it is read back leaves nothing', async () => {
    const folder = temporaryFolder();
    const project = projectOf(join(folder, 'project'), [await picture(join(folder, 'in/1.png'))]);
    const stop = new AbortController();
    const onProgress = (_done: number, _total: number, what: string) =>
      what === 'reading back' && stop.abort();
    const watched = { onProgress: (...told: Parameters<typeof onProgress>) => void onProgress(...told) };
    const out = join(folder, 'out/here');
    await expect(
      exportProjectLabels(project, wishOf('coco'), out, { ...watched, signal: stop.signal }),
    ).rejects.toThrow();
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
  });
});
