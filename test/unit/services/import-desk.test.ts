// A dataset on its way in: looked at, stopped without a trace, taken in as decided, its pictures served meanwhile.
import { readFileSync } from 'node:fs';
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

  it('serves parts of its pictures, and nothing outside them', async () => {
    const { desk, found } = await looked();
    const part = await desk.picture(found.token, 0, { x: 10, y: 20, width: 30, height: 40 });
    const { width, height } = await sharp(readFileSync(part.file)).metadata();
    expect([width, height]).toEqual([30, 40]);
    await expect(desk.picture(found.token, 0, { x: 300, y: 0, width: 100, height: 9 })).rejects.toThrow(
      'outside',
    );
    await expect(desk.picture(found.token, 99, undefined)).rejects.toThrow('no such image');
    await expect(desk.picture('another', 0, undefined)).rejects.toThrow('no longer at hand');
  });
});
