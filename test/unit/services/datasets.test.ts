// Import of staged datasets: one transaction, merged by path and by class name, undoable.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withHashes } from '../../../src/main/services/datasets.ts';
import { labelsForExport } from '../../../src/main/services/label-export.ts';
import type { OpenProject } from '../../../src/main/services/projects.ts';
import { staged, stagedBox, stagedImage, temporaryFolder, temporaryProject } from './temporary.ts';

const boxesOf = (project: OpenProject) =>
  project.annotations.images().flatMap((image) => project.annotations.labels(image.id).boxes);

const two = () =>
  staged([
    stagedImage('/data/set/a/1.jpg', [stagedBox(0), stagedBox(1, 50)], { split: 'train', hash: 'h1' }),
    stagedImage('/data/set/b/2.jpg', [], { split: 'test', orientation: 6, extra: { licence: 3 } }),
  ]);

describe('an import', () => {
  it('writes images, boxes, classes and splits, and reports them', () => {
    const project = temporaryProject();
    const report = project.datasets.commit(two());
    expect(report).toMatchObject({
      images: 2,
      imagesAdded: 2,
      boxes: 2,
      boxesAdded: 2,
      classes: ['cat', 'dog'],
      classesAdded: ['cat', 'dog'],
      splits: { train: 1, val: 0, test: 1, none: 0 },
      skipped: [],
    });
    expect(project.info().imageRoot).toBe('/data/set');
    expect(project.annotations.images()).toMatchObject([
      { path: 'a/1.jpg', state: 'done', split: 'train', contentHash: 'h1' },
      { path: 'b/2.jpg', state: 'empty', split: 'test', orientation: 6, extra: { licence: 3 } },
    ]);
    expect(project.imageFile({ path: 'a/1.jpg' })).toBe('/data/set/a/1.jpg');
    expect(boxesOf(project)[1]).toMatchObject({ x: 50, y: 50, width: 20, height: 20, origin: 'imported' });
    expect(project.classes.list()).toMatchObject([{ name: 'cat', sourceId: '1' }, { name: 'dog' }]);
    expect(project.datasets.imports()).toMatchObject([{ format: 'coco', report: { imagesAdded: 2 } }]);
  });

  it("draws boxes in the order of CVAT's layers, and writes them back", async () => {
    const project = temporaryProject();
    const layers = [
      { ...stagedBox(0), extra: { z_order: '3', source: 'file' } },
      { ...stagedBox(1), extra: { z_order: 'top' } },
    ];
    project.datasets.commit(staged([stagedImage('/d/1.jpg', layers)]));
    expect(boxesOf(project).map(({ z, extra }) => ({ z, extra }))).toEqual([
      { z: 0, extra: { z_order: 'top' } },
      { z: 3, extra: { source: 'file' } },
    ]);
    const [image] = (await labelsForExport(project)).images;
    expect(image?.boxes.map(({ extra }) => extra)).toEqual(
      expect.arrayContaining([{ z_order: '3', source: 'file' }, { z_order: 'top' }]),
    );
  });

  it('keeps every property of a box', () => {
    const project = temporaryProject();
    const full = {
      ...stagedBox(1),
      ...{ x1: -3.25, ignore: 'crowd', difficult: true, truncated: true, occluded: true },
      ...{ score: 0.25, trackId: 't9', extra: { area: 12.5 } },
    };
    project.datasets.commit(staged([stagedImage('/d/1.jpg', [full])]));
    expect(boxesOf(project)).toMatchObject([
      {
        ...{
          x: -3.25,
          ignore: true,
          ignoreReason: 'crowd',
          difficult: true,
          truncated: true,
          occluded: true,
        },
        ...{ score: 0.25, trackId: 't9', extra: { area: 12.5 } },
      },
    ]);
  });

  it('of a bare folder leaves images unlabelled', () => {
    const project = temporaryProject();
    project.datasets.commit(staged([stagedImage('/d/1.jpg')], []), { splitBy: 'none' });
    expect(project.annotations.images()).toMatchObject([{ state: 'unlabelled', split: null }]);
  });

  it('calls no image finished that lost labels on the way', () => {
    const project = temporaryProject();
    const images = [
      stagedImage('/d/1.jpg', [stagedBox(0)], { lost: 1 }),
      stagedImage('/d/2.jpg', [], { lost: 1 }),
      stagedImage('/d/3.jpg', [stagedBox(0), stagedBox(9)]),
      stagedImage('/d/4.jpg', [stagedBox(0), stagedBox(0, 5, 0)]),
      stagedImage('/d/5.jpg', [stagedBox(0, 5, 0)]),
    ];
    project.datasets.commit(staged(images));
    expect(project.annotations.images().map(({ state }) => state)).toEqual([
      'in-progress',
      'unlabelled',
      'in-progress',
      'done',
      'unlabelled',
    ]);
  });

  it('leaves out boxes that cannot be and says so', () => {
    const project = temporaryProject();
    const boxes = [
      stagedBox(0),
      stagedBox(0, 5, 0),
      { ...stagedBox(0), x2: Number.NaN },
      { ...stagedBox(0), y2: -1 },
      stagedBox(9),
    ];
    const report = project.datasets.commit(staged([stagedImage('/d/1.jpg', boxes)]));
    expect(report.boxesAdded).toBe(1);
    expect(report.skipped.map(({ reason }) => reason)).toEqual([
      'a box without area was left out',
      'a box with a coordinate that is not a number was left out',
      'a box without area was left out',
      'a box of the unknown class 9 was left out',
    ]);
  });

  it('tried dry reports the same and changes nothing', () => {
    const project = temporaryProject();
    const dry = project.datasets.commit(two(), { dryRun: true });
    expect(project.annotations.count()).toBe(0);
    expect(project.classes.list()).toEqual([]);
    expect(project.info().imageRoot).toBe(project.dir);
    expect(project.datasets.commit(two())).toEqual(dry);
  });

  it('that fails half-way leaves nothing behind', () => {
    const project = temporaryProject();
    const bad = stagedImage('/d/2.jpg', [], { width: 'wide' as unknown as number });
    expect(() => project.datasets.commit(staged([stagedImage('/d/1.jpg', [stagedBox(0)]), bad]))).toThrow();
    expect(project.annotations.count()).toBe(0);
    expect(project.classes.list()).toEqual([]);
    expect(project.datasets.imports()).toEqual([]);
    expect(project.journal.ahead().undo).toBeNull();
  });
});

describe('importing again', () => {
  it('adds nothing that is there', () => {
    const project = temporaryProject();
    project.datasets.commit(two());
    const before = boxesOf(project);
    const again = project.datasets.commit(two());
    expect(again).toMatchObject({ imagesAdded: 0, imagesMerged: 2, boxesAdded: 0, classesAdded: [] });
    expect(boxesOf(project)).toEqual(before);
  });

  it('knows a class and a file in either Unicode form', () => {
    const project = temporaryProject();
    project.datasets.commit(staged([stagedImage('/d/caf\u00e9.jpg', [stagedBox(0)])], ['caf\u00e9']));
    project.datasets.commit(staged([stagedImage('/d/cafe\u0301.jpg', [stagedBox(0)])], ['cafe\u0301']));
    expect(project.annotations.count()).toBe(1);
    expect(project.classes.counts()).toMatchObject([{ boxes: 1 }]);
  });

  it('meets a file that one dataset names twice as it does one that is there', () => {
    const project = temporaryProject();
    const twice = [[stagedBox(0)], [stagedBox(0), stagedBox(1, 50)]].map((boxes) =>
      stagedImage('/d/1.jpg', boxes),
    );
    const report = project.datasets.commit(staged(twice));
    expect(report).toMatchObject({ imagesAdded: 1, imagesMerged: 1, boxesAdded: 2 });
    expect(boxesOf(project)).toHaveLength(2);
    project.journal.undo('test');
    expect(project.annotations.count()).toBe(0);
  });

  it('adds what is new, keeps true duplicates as many as they are', () => {
    const project = temporaryProject();
    const path = '/d/1.jpg';
    project.datasets.commit(staged([stagedImage(path, [stagedBox(0), stagedBox(0)])]));
    const more = staged([stagedImage(path, [stagedBox(0), stagedBox(0), stagedBox(0), stagedBox(1)])]);
    expect(project.datasets.commit(more).boxesAdded).toBe(2);
    expect(boxesOf(project)).toHaveLength(4);
  });

  it('can replace labels or keep them, and be undone', () => {
    const project = temporaryProject();
    const path = '/d/1.jpg';
    project.datasets.commit(staged([stagedImage(path, [stagedBox(0), stagedBox(0, 70)])]));
    const before = boxesOf(project);
    const other = staged([stagedImage(path, [stagedBox(0), stagedBox(0, 99)])], ['cat', 'bird']);
    project.datasets.commit(other, { existing: 'keep' });
    expect(boxesOf(project)).toEqual(before);
    project.datasets.commit(other, { existing: 'replace' });
    expect(boxesOf(project).map((box) => box.x)).toEqual([10, 99]);
    project.journal.undo('test');
    expect(boxesOf(project)).toEqual(before);
  });
});

describe('states of images that are there', () => {
  const statesOf = (project: OpenProject) => project.annotations.images().map(({ state }) => state);
  const paths = ['/d/1.jpg', '/d/2.jpg', '/d/3.jpg', '/d/4.jpg'];

  it('are what the labels say of images that nobody has looked at; undo takes that back', () => {
    const project = temporaryProject();
    project.datasets.commit(
      staged(
        paths.map((path) => stagedImage(path)),
        [],
      ),
    );
    const [one = '', two = '', three = '', four = ''] = paths;
    const labels = [
      stagedImage(one, [stagedBox(0)]),
      stagedImage(two),
      stagedImage(three, [], { lost: 1 }),
      stagedImage(four, [stagedBox(0)], { lost: 2 }),
    ];
    project.datasets.commit(staged(labels), { existing: 'keep' });
    expect(statesOf(project)).toEqual(Array(4).fill('unlabelled'));
    project.datasets.commit(staged(labels));
    const after = ['done', 'empty', 'unlabelled', 'in-progress'];
    expect(statesOf(project)).toEqual(after);
    project.journal.undo('test');
    expect(statesOf(project)).toEqual(Array(4).fill('unlabelled'));
    project.journal.redo('test');
    expect(statesOf(project)).toEqual(after);
  });

  it('stay where somebody is at work, unless labels are replaced; an image with boxes is not empty', () => {
    const project = temporaryProject();
    project.datasets.commit(
      staged(
        paths.map((path) => stagedImage(path)),
        [],
      ),
    );
    const [first, second] = project.annotations.images();
    project.annotations.finish(second!.id, second!.revision, 'test');
    project.annotations.apply({
      imageId: first!.id,
      revision: first!.revision,
      name: 'change-states',
      state: 'in-progress',
      session: 'test',
    });
    const labels = () => staged(paths.slice(0, 2).map((path) => stagedImage(path, [stagedBox(0)])));
    project.datasets.commit(labels());
    expect(statesOf(project)).toEqual(['in-progress', 'done', 'unlabelled', 'unlabelled']);
    project.datasets.commit(labels(), { existing: 'replace' });
    expect(statesOf(project).slice(0, 2)).toEqual(['done', 'done']);
    project.datasets.commit(staged([stagedImage('/d/1.jpg')]), { existing: 'replace' });
    expect(statesOf(project)[0]).toBe('empty');
    project.datasets.commit(staged([stagedImage('/d/2.jpg')], []), { existing: 'merge' });
    expect(statesOf(project)[1]).toBe('done');
  });

  it('follow a dataset that describes one of its own images twice', () => {
    const project = temporaryProject();
    project.datasets.commit(staged([stagedImage('/d/1.jpg'), stagedImage('/d/1.jpg', [stagedBox(0)])]));
    expect(statesOf(project)).toEqual(['done']);
    project.journal.undo('test');
    expect(project.annotations.count()).toBe(0);
  });
});

describe('undo of an import', () => {
  it('takes images and classes away and brings them back; a new import then starts afresh', () => {
    const project = temporaryProject();
    project.datasets.commit(two());
    const boxes = boxesOf(project);
    project.journal.undo('test');
    expect([project.annotations.count(), project.classes.list().length]).toEqual([0, 0]);
    project.journal.redo('test');
    expect(boxesOf(project)).toEqual(boxes);
    project.journal.undo('test');
    project.datasets.commit(two());
    expect(project.annotations.count()).toBe(2);
    expect(boxesOf(project)).toHaveLength(2);
    expect(project.journal.redo('test')).toBeUndefined();
  });
});

describe('withHashes', () => {
  it('reads files, never writes beside them, and reports those it cannot read', async () => {
    const folder = join(temporaryFolder(), 'source');
    mkdirSync(folder);
    writeFileSync(join(folder, '1.jpg'), 'abc');
    const set = staged([stagedImage(join(folder, '1.jpg')), stagedImage(join(folder, 'none.jpg'))]);
    const hashed = await withHashes(set);
    expect(hashed.images.map((image) => image.hash)).toEqual([
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    ]);
    expect(hashed.skipped).toEqual([{ file: join(folder, 'none.jpg'), reason: 'the file cannot be read' }]);
    temporaryProject().datasets.commit(hashed);
    expect(readdirSync(folder)).toEqual(['1.jpg']);
  });
});
