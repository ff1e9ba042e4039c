// A dataset on its way in: looked at, stopped without a trace, taken in as decided, its pictures served meanwhile.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ImportDesk } from '../../../src/main/services/import-desk.ts';
import { drawSampleData } from '../../../src/main/services/sample-data.ts';
import { staged, stagedImage, temporaryFolder, temporaryProject } from './temporary.ts';

const silent = { onProgress: () => undefined };
const asIs = { train: 'train', val: 'val', test: 'test', none: 'none' } as const;

async function looked() {
  const folder = temporaryFolder();
  process.env.DDOD_THUMBNAILS = temporaryFolder();
  await drawSampleData(folder, 10, 3);
  const [project, desk] = [temporaryProject(), new ImportDesk()];
  const found = await desk.look(project, { source: folder, format: 'auto' }, 'w1', silent);
  const choices = { token: found.token, classes: {}, splits: asIs, deal: false, existing: 'merge' as const };
  return { folder, project, desk, found, choices };
}

describe('an import', () => {
  it('that is stopped leaves nothing, and can be begun again', async () => {
    const { folder, project, desk, choices } = await looked();
    const stop = new AbortController();
    const watched = { onProgress: (done: number) => done === 4 && stop.abort(), signal: stop.signal };
    await expect(
      desk.take(project, choices, 'w1', { ...watched, onProgress: (done) => void watched.onProgress(done) }),
    ).rejects.toThrow();
    expect(project.annotations.count()).toBe(0);
    expect(project.classes.list()).toEqual([]);
    await expect(
      desk.look(project, { source: folder, format: 'auto' }, 'w2', {
        ...silent,
        signal: AbortSignal.abort(),
      }),
    ).rejects.toThrow();
    expect(await desk.take(project, choices, 'w1', silent)).toMatchObject({ added: 10 });
    expect(project.splits.counts()).toEqual({ train: 7, val: 1, test: 2, none: 0 });
  });

  it('tells of what is there already, and replaces its boxes where wished', async () => {
    const { folder, project, desk, choices } = await looked();
    await desk.take(project, choices, 'w1', silent);
    const [first] = project.annotations.images();
    const { image, boxes } = project.annotations.labels(first?.id ?? 0);
    const remove = boxes.map(({ id }) => id);
    project.annotations.apply({
      imageId: image.id,
      revision: image.revision,
      name: 'delete',
      remove,
      session: 'w1',
    });
    const again = await desk.look(project, { source: folder, format: 'voc' }, 'w1', silent);
    expect(again).toMatchObject({ known: 10, images: 10 });
    expect(again.classes.every(({ isKnown }) => isKnown)).toBe(true);
    const done = await desk.take(
      project,
      { ...choices, token: again.token, existing: 'replace' },
      'w1',
      silent,
    );
    expect(done).toMatchObject({ added: 0, boxes: boxes.length });
    await expect(desk.take(project, choices, 'w1', silent)).rejects.toThrow('no longer at hand');
  });

  it('of what is there already changes nothing, and leaves nothing to take back', async () => {
    const { folder, project, desk, found, choices } = await looked();
    expect(await desk.take(project, choices, 'w1', silent)).toMatchObject({ isNews: true });
    const { undo } = project.journal.ahead();
    expect(undo?.imported).toEqual({ images: 10, boxes: found.boxes, from: folder });
    const { token } = await desk.look(project, { source: folder, format: 'auto' }, 'w1', silent);
    const again = await desk.take(project, { ...choices, token }, 'w1', silent);
    expect(again).toMatchObject({ images: 10, added: 0, boxes: 0, isNews: false });
    expect(project.journal.ahead().undo).toEqual(undo);
  });

  it('still has its pictures once it came in, for a window that asked a moment before', async () => {
    const { project, desk, found, choices } = await looked();
    await desk.take(project, choices, 'w1', silent);
    const part = await desk.picture(found.token, 0, { x: 10, y: 20, width: 30, height: 40 });
    expect(await sharp(part.file).metadata()).toMatchObject({ width: 30, height: 40 });
    desk.clear();
    await expect(desk.picture(found.token, 0, undefined)).rejects.toThrow('no longer at hand');
  });

  it('deals what it leaves out as part of itself: one undo takes all of it back', async () => {
    const { project, desk, choices } = await looked();
    const others = Array.from({ length: 6 }, (_, at) => stagedImage(`/other/${at}.jpg`));
    project.datasets.commit(staged(others, []), { splitBy: 'none' });
    const splits = { ...asIs, train: 'none', val: 'none' } as const;
    const done = await desk.take(project, { ...choices, splits, deal: true }, 'w1', silent);
    expect(done.splits.none).toBe(0);
    expect(project.journal.undo('w1')?.gesture).toBe('import');
    expect(project.splits.counts()).toEqual({ train: 0, val: 0, test: 0, none: 6 });
    project.journal.redo('w1');
    expect(project.splits.counts()).toEqual(done.splits);
  });

  it('is read otherwise without being read again: what was left out comes back, too', async () => {
    const folder = temporaryFolder();
    await drawSampleData(folder, 2, 3);
    const file = join(folder, 'Annotations/sample_0001.xml');
    const box = '<xmin>50</xmin><ymin>60</ymin><xmax>50</xmax><ymax>60</ymax>';
    const object = `<object><name>red-cell</name><bndbox>${box}</bndbox></object>`;
    const text = readFileSync(file, 'utf8').replaceAll(/<([xy]min)>0</g, '<$1>1<');
    writeFileSync(file, text.replace('</annotation>', `${object}</annotation>`));
    const [project, desk] = [temporaryProject(), new ImportDesk()];
    const found = await desk.look(project, { source: folder, format: 'voc' }, 'w1', silent);
    const conventions = ['voc-0-based', 'voc-1-based'] as const;
    expect(found).toMatchObject({ convention: 'voc-0-based', conventions, skippedCount: 1 });
    expect(found.warnings.filter((text) => text.includes('convention'))).toEqual([]);
    const [[zero, one] = []] = found.examples.map(({ rects }) => rects);
    expect(one).toEqual({ x: zero!.x - 1, y: zero!.y - 1, width: zero!.width + 1, height: zero!.height + 1 });
    rmSync(folder, { recursive: true });
    const { token } = found;
    const other = await desk.convert(project, { token, convention: 'voc-1-based' });
    expect(other).toMatchObject({
      token,
      convention: 'voc-1-based',
      isConventionOpen: false,
      skippedCount: 0,
    });
    expect(other.boxes).toBe(found.boxes + 1);
    expect(other.examples).toEqual(found.examples);
    const back = await desk.convert(project, { token, convention: 'voc-0-based' });
    expect(back).toEqual({ ...found, isConventionOpen: false });
  });

  it('shows a box of each class that the source has no name for', async () => {
    const folder = temporaryFolder();
    await drawSampleData(folder, 1, 3);
    const [name = ''] = readdirSync(join(folder, 'JPEGImages'));
    writeFileSync(
      join(folder, 'JPEGImages', name.replace('.jpg', '.txt')),
      '0 0.5 0.5 1 1\n2 0.5 0.5 0.5 0.5\n',
    );
    writeFileSync(join(folder, 'JPEGImages/classes.txt'), 'cat\n');
    const source = { source: join(folder, 'JPEGImages'), format: 'auto' as const };
    const { classes } = await new ImportDesk().look(temporaryProject(), source, 'w1', silent);
    const { width, height } = classes[1]!.example!;
    expect(classes.map(({ name, example }) => [name, example])).toEqual([
      ['cat', null],
      [
        'class_2',
        {
          image: 0,
          width,
          height,
          rect: { x: width / 4, y: height / 4, width: width / 2, height: height / 2 },
        },
      ],
    ]);
  });

  it('of Create ML asks whether small numbers are fractions or pixels', async () => {
    const folder = temporaryFolder();
    await drawSampleData(folder, 1, 3);
    rmSync(join(folder, 'Annotations'), { recursive: true });
    const entry = (coordinates: object) => [
      { image: readdirSync(join(folder, 'JPEGImages'))[0], annotations: [{ label: 'cat', coordinates }] },
    ];
    const label = join(folder, '_annotations.createml.json');
    writeFileSync(label, JSON.stringify(entry({ x: 0.5, y: 0.5, width: 0.25, height: 0.5 })));
    const [project, desk] = [temporaryProject(), new ImportDesk()];
    const look = () => desk.look(project, { source: folder, format: 'auto' }, 'w1', silent);
    const found = await look();
    const conventions = ['createml-pixels', 'createml-normalised'];
    expect(found).toMatchObject({ convention: 'createml-normalised', conventions, isConventionOpen: true });
    const [{ width, height, around, rects } = found.examples[0]!] = found.examples;
    expect(around).toEqual({ x: 0, y: 0, width, height });
    expect(rects[1]).toEqual({ x: width * 0.375, y: height / 4, width: width / 4, height: height / 2 });
    const choice = { token: found.token, convention: 'createml-pixels' } as const;
    expect(await desk.convert(project, choice)).toMatchObject({
      convention: 'createml-pixels',
      conventions,
      isConventionOpen: false,
      suspiciousCount: 1,
    });
    writeFileSync(label, JSON.stringify(entry({ x: 50, y: 50, width: 9, height: 9 })));
    expect(await look()).toMatchObject({ convention: 'createml-pixels', conventions: [], examples: [] });
  });

  it('of predictions offers them, and finishes no image with them', async () => {
    const folder = temporaryFolder();
    await drawSampleData(folder, 2, 3);
    rmSync(join(folder, 'Annotations'), { recursive: true });
    const value = { x: 10, y: 10, width: 20, height: 20, rectanglelabels: ['cat'] };
    const result = [{ type: 'rectanglelabels', value }];
    const tasks = readdirSync(join(folder, 'JPEGImages')).map((image, at) => ({
      data: { image },
      annotations: at === 0 ? [{ result }] : [],
      predictions: [{ result }],
    }));
    writeFileSync(join(folder, 'tasks.json'), JSON.stringify(tasks));
    const [project, desk] = [temporaryProject(), new ImportDesk()];
    const source = { source: folder, format: 'auto' } as const;
    const usual = await desk.look(project, source, 'w1', silent);
    const choices = ['latest', 'predictions'];
    expect(usual).toMatchObject({ images: 1, variant: { chosen: 'latest', choices } });
    const found = await desk.look(project, { ...source, variant: 'predictions' }, 'w1', silent);
    expect(found).toMatchObject({ images: 2, variant: { chosen: 'predictions', choices } });
    const choice = { token: found.token, classes: {}, splits: asIs, deal: false, existing: 'merge' } as const;
    await desk.take(project, choice, 'w1', silent);
    expect(project.annotations.images().map(({ state }) => state)).toEqual(['in-progress', 'in-progress']);
  });

  it('serves parts of its pictures, and nothing outside them', async () => {
    const { desk, found } = await looked();
    const part = await desk.picture(found.token, 0, { x: 10, y: 20, width: 30, height: 40 });
    const { width, height } = await sharp(readFileSync(part.file)).metadata();
    expect([width, height]).toEqual([30, 40]);
    await expect(desk.picture(found.token, 0, { x: 320, y: 0, width: 100, height: 9 })).rejects.toThrow(
      'outside',
    );
    await expect(desk.picture(found.token, 99, undefined)).rejects.toThrow('no such image');
    await expect(desk.picture('another', 0, undefined)).rejects.toThrow('no longer at hand');
  });
});
