// A large import goes in steps: other work goes on between them, and it comes in whole or leaves nothing.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { type OpenProject, openProject } from '../../../src/main/services/projects.ts';
import { atOnce } from '../../../src/main/services/slices.ts';
import { closing, staged, stagedBox, stagedImage, temporaryProject } from './temporary.ts';

describe('an import in steps', () => {
  const many = (count: number) =>
    staged(
      Array.from({ length: count }, (_, at) =>
        stagedImage(`/data/set/${at}.jpg`, [stagedBox(0), stagedBox(1, 50)]),
      ),
    );
  const rowsOf = (project: OpenProject) => {
    const sqlite = new Sqlite(join(project.dir, 'project.db'), { readonly: true });
    const count = (table: string) => sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    const rows = ['image', 'box', 'class', 'dataset_import', 'journal'].map(count);
    sqlite.close();
    return rows;
  };

  it('lets others draw, and shows nothing before it is whole; one undo takes it back', async () => {
    const project = temporaryProject();
    project.datasets.commit(staged([stagedImage('/data/set/0.jpg', [stagedBox(0)])], ['cat']));
    const [known] = project.annotations.images();
    let drawn = 0;
    const seen = new Set<number>();
    const onProgress = (done: number, total: number) => {
      if (done < total) seen.add(project.annotations.count());
      if (drawn++ > 2) return;
      const put = [{ x: 200 + drawn, y: 5, width: 9, height: 9, classId: project.classes.list()[0]!.id }];
      const { revision } = project.annotations.labels(known!.id).image;
      project.annotations.apply({ imageId: known!.id, revision, name: 'draw', put, session: 'w1' });
    };
    const report = await project.datasets.take(many(4000), { splitBy: 'rest' }, { onProgress });
    expect([...seen]).toEqual([1]);
    expect(report).toMatchObject({ imagesAdded: 3999, imagesMerged: 1, boxesAdded: 7999, skipped: [] });
    expect(report.splits).toEqual({ train: 3200, val: 400, test: 400, none: 0 });
    const labels = () => project.annotations.labels(known!.id).boxes.map(({ x }) => x);
    expect(labels()).toEqual([10, 201, 202, 203, 50]);
    const revision = () => project.annotations.labels(known!.id).image.revision;
    const before = revision();
    const undone = project.journal.undo('w1');
    expect(undone?.gesture).toBe('import');
    // windows read again what came and what was merged, and old labels of neither can be drawn on
    expect(undone?.imageIds).toHaveLength(4000);
    expect(revision()).toBe(before + 1);
    expect([project.annotations.count(), labels()]).toEqual([1, [10, 201, 202, 203]]);
    project.journal.redo('w1');
    expect([project.annotations.count(), labels()]).toEqual([4000, [10, 201, 202, 203, 50]]);
  });

  it('that is stopped at any step leaves not a row', async () => {
    const project = temporaryProject();
    project.datasets.commit(staged([stagedImage('/data/other.jpg', [stagedBox(0)])], ['cat']));
    const before = rowsOf(project);
    for (const share of [0.01, 0.5, 1]) {
      const stop = new AbortController();
      const onProgress = (done: number, total: number) => done >= total * share && stop.abort();
      const watched = { onProgress: (done: number, total: number) => void onProgress(done, total) };
      const taken = project.datasets.take(many(3000), {}, { ...watched, signal: stop.signal });
      await expect(taken).rejects.toThrow();
      expect(rowsOf(project)).toEqual(before);
    }
  });

  it('that the end of the program cut short is not seen, and gone with the next one', async () => {
    const project = temporaryProject();
    let cut = false;
    const onProgress = () => {
      if (cut) return;
      cut = true;
      project.close();
    };
    await expect(project.datasets.take(many(3000), {}, { onProgress })).rejects.toThrow();
    const again = closing(openProject(project.dir));
    expect([again.annotations.count(), again.classes.list(), again.datasets.imports()]).toEqual([0, [], []]);
    expect(rowsOf(again)[0]).toBeGreaterThan(0);
    await again.datasets.take(many(2), {}, {});
    expect(rowsOf(again)).toEqual([2, 4, 2, 1, 1]);
  });

  it('comes to nothing where a class it uses was deleted meanwhile, and waits for one before it', async () => {
    const project = temporaryProject();
    project.datasets.commit(staged([stagedImage('/data/set/0.jpg', [stagedBox(0)])], ['cat']));
    const [cat] = project.classes.list();
    let isDeleted = false;
    const onProgress = () => {
      if (!isDeleted) project.classes.remove(cat!.id, 'w1');
      isDeleted = true;
    };
    const first = project.datasets.take(many(2000), {}, { onProgress });
    const second = project.datasets.take(many(50), {}, {});
    await expect(first).rejects.toThrow('The classes changed while the import was under way');
    expect(await second).toMatchObject({ imagesAdded: 49, classesAdded: ['cat', 'dog'] });
  });

  describe('of labels for images that are there', () => {
    const pictures = (count: number) => {
      const project = temporaryProject();
      const images = Array.from({ length: count }, (_, at) =>
        stagedImage(`/data/set/${at}.jpg`, [stagedBox(0, 90)]),
      );
      project.datasets.commit(staged(images, ['cat', 'dog']), { splitBy: 'none' });
      return project;
    };
    const boxesOf = (project: OpenProject) =>
      project.annotations
        .images({}, 0, 5000)
        .map((image) => project.annotations.labels(image.id).boxes.map(({ x }) => x));
    const counts = (project: OpenProject) => project.classes.counts().map(({ boxes }) => boxes);

    it('shows none of them before it is whole, and has them in the history of each image', async () => {
      const project = pictures(350);
      const seen = new Set<string>();
      const onProgress = () => seen.add(JSON.stringify([counts(project), boxesOf(project)[0]]));
      const replacing = { existing: 'replace', splitBy: 'none' } as const;
      const report = await project.datasets.take(many(350), replacing, {
        onProgress: () => void onProgress(),
      });
      expect([...seen]).toEqual([JSON.stringify([[350, 0], [90]])]);
      expect(report).toMatchObject({ imagesAdded: 0, imagesMerged: 350, boxesAdded: 700 });
      expect([counts(project), boxesOf(project)[200]]).toEqual([
        [350, 350],
        [10, 50],
      ]);
      const { image } = project.annotations.labels(300);
      const [first, ...earlier] = project.annotations.history(image.id);
      expect([first?.gesture, earlier.length]).toEqual(['import', 0]);
      const before = atOnce(project.annotations.labelsAfter(image.id, 0));
      expect(before.boxes.map(({ x, origin }) => [x, origin])).toEqual([[90, 'imported']]);
      const undone = project.journal.undo('w1');
      expect(undone?.imageIds).toHaveLength(350);
      expect([counts(project), boxesOf(project)[349]]).toEqual([[350, 0], [90]]);
      const then = atOnce(project.annotations.labelsAfter(image.id, 2));
      expect(then.boxes.map(({ x }) => x)).toEqual([10, 50]);
      project.journal.redo('w1');
      expect([counts(project), boxesOf(project)[0]]).toEqual([
        [350, 350],
        [10, 50],
      ]);
    });

    it('that is stopped or cut short leaves what was there', async () => {
      const project = pictures(3000);
      const before = [rowsOf(project), boxesOf(project)];
      for (const share of [0.1, 1]) {
        const stop = new AbortController();
        const onProgress = (done: number, total: number) => void (done >= total * share && stop.abort());
        const taken = project.datasets.take(
          many(3000),
          { existing: 'replace' },
          { onProgress, signal: stop.signal },
        );
        await expect(taken).rejects.toThrow();
        expect([rowsOf(project), boxesOf(project)]).toEqual(before);
      }
      let cut = false;
      const onProgress = (done: number, total: number) => {
        if (!cut && done > total / 2) project.close();
        cut ||= done > total / 2;
      };
      await expect(project.datasets.take(many(3000), {}, { onProgress })).rejects.toThrow();
      const again = closing(openProject(project.dir));
      expect([counts(again), boxesOf(again)]).toEqual([[3000, 0], before[1]]);
      expect(rowsOf(again)[1]).toBeGreaterThan(3000);
      // ids that were kept back are given to nobody
      const { image } = again.annotations.labels(1);
      const put = [{ x: 1, y: 1, width: 9, height: 9, classId: 1 }];
      again.annotations.apply({ imageId: 1, revision: image.revision, name: 'draw', put, session: 'w1' });
      await again.datasets.take(many(2), {}, {});
      expect(boxesOf(again).slice(0, 3)).toEqual([[90, 1, 10, 50], [90, 10, 50], [90]]);
      expect(rowsOf(again)[1]).toBe(3000 + 1 + 4);
    });

    it('looks once more at images that were changed meanwhile', async () => {
      const project = pictures(3000);
      let drawn = false;
      const onProgress = (done: number) => {
        if (drawn || done < 200) return;
        drawn = true;
        project.annotations.removeImages([120], 'w1');
        const { revision } = project.annotations.labels(7).image;
        const put = [{ x: 10, y: 10, width: 20, height: 20, classId: 1 }];
        project.annotations.apply({ imageId: 7, revision, name: 'draw', put, session: 'w1' });
      };
      const report = await project.datasets.take(many(3000), {}, { onProgress });
      expect(report).toMatchObject({ imagesAdded: 1, imagesMerged: 2999, boxesAdded: 5999 });
      expect(project.annotations.labels(7).boxes.map(({ x }) => x)).toEqual([90, 10, 50]);
      project.journal.undo('w1');
      expect(project.annotations.labels(7).boxes.map(({ x }) => x)).toEqual([90, 10]);
      expect(counts(project)).toEqual([3000, 0]);
    });
  });

  it('does not hold up other work for as long as it takes', async () => {
    const project = temporaryProject();
    let [last, longest] = [performance.now(), 0];
    const beat = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }, 1);
    const start = performance.now();
    await project.datasets.take(many(8000), {}, {});
    clearInterval(beat);
    expect(longest).toBeLessThan((performance.now() - start) / 2);
  });
});
