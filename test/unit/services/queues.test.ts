// The queues of work: which images come first and why, anew after every change, beside other work.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectSchema } from '../../../src/main/db/migrations/project.ts';
import { openForReading } from '../../../src/main/db/open.ts';
import type { OpenProject } from '../../../src/main/services/projects.ts';
import { find, suggestingProject } from './suggesting-project.ts';

const revisionOf = (project: OpenProject, imageId: number) =>
  project.annotations.labels(imageId).image.revision;

function draw(project: OpenProject, imageId: number, x: number) {
  const [cell] = project.classes.list();
  project.annotations.apply({
    imageId,
    revision: revisionOf(project, imageId),
    name: 'draw',
    put: [{ x, y: 10, width: 20, height: 20, classId: cell!.id }],
    session: 'test',
  });
}

describe('the queues', () => {
  it('put first what the model is least sure of, and drop what is finished', async () => {
    const { project, imageIds, model } = suggestingProject(3);
    const [sure, unsure, half] = imageIds as [number, number, number];
    project.suggestions.keep(model, sure, [find(10, 0.95)], null);
    project.suggestions.keep(model, unsure, [find(10, 0.4), find(50, 0.41)], null);
    project.suggestions.keep(model, half, [find(10, 0.5)], null);
    const wish = { key: model.key, kind: 'uncertain', score: 0.4 } as const;
    expect(await project.queues.ids(wish)).toEqual([unsure, half]);
    expect(project.queues.reason(wish, unsure)).toBe('unsure of cell 0.40, cell 0.41');
    expect(project.queues.reason(wish, sure)).toBe('');
    project.annotations.finish(unsure, revisionOf(project, unsure), 'test');
    expect(await project.queues.ids(wish)).toEqual([half]);
    expect(project.queues.reason(wish, unsure)).toBe('');
  });

  it('rank disagreement anew after labels, score or classes change', async () => {
    const { project, imageIds, cell, model } = suggestingProject(2);
    const [first, second] = imageIds as [number, number];
    project.suggestions.keep(model, first, [find(10, 0.9), find(50, 0.8), find(90, 0.9, 1)], null);
    project.suggestions.keep(model, second, [find(10, 0.6)], null);
    const wish = (score = 0.5) => ({ key: model.key, kind: 'disagreement' as const, score });
    const queue = (score?: number) => project.queues.ids(wish(score));
    expect(await queue()).toEqual([]);
    draw(project, first, 10);
    draw(project, second, 200);
    expect(await queue()).toEqual([second, first]);
    const reason = (imageId: number) => project.queues.reason(wish(), imageId);
    expect([second, first].map(reason)).toEqual([
      '1 missing label (cell), 1 label not found (cell)',
      '1 missing label (cell)',
    ]);
    expect(await queue(0.85)).toEqual([second]);
    project.suggestions.map(model.key, 1, cell.id);
    expect(await queue()).toEqual([first, second]);
    project.journal.undo('test');
    expect(await queue()).toEqual([first]);
  });

  it('leave out what was rejected, until that is taken back', async () => {
    const { project, imageId, model } = suggestingProject();
    project.suggestions.keep(model, imageId, [find(10, 0.4)], null);
    const queue = () => project.queues.ids({ key: model.key, kind: 'uncertain', score: 0.4 });
    const [only] = project.suggestions.ofImage(model.key, imageId).suggestions;
    project.suggestions.reject([only!.id], 'test');
    expect(await queue()).toEqual([]);
    project.journal.undo('test');
    expect(await queue()).toEqual([imageId]);
  });

  it('forget what a class stood for that was deleted, and know it again once it is back', async () => {
    const { project, imageId, cell, model } = suggestingProject();
    project.suggestions.keep(model, imageId, [find(10, 0.4)], null);
    const queue = () => project.queues.ids({ key: model.key, kind: 'uncertain', score: 0.4 });
    expect(await queue()).toEqual([imageId]);
    project.classes.remove(cell.id, 'test');
    expect(await queue()).toEqual([]);
    project.journal.undo('test');
    expect(await queue()).toEqual([imageId]);
  });

  it('at another score follow from what is known: nothing is written', async () => {
    const { project, imageIds, model } = suggestingProject(3);
    imageIds.forEach((id, at) => {
      project.suggestions.keep(model, id, [find(10, 0.3 + at / 10)], null);
      draw(project, id, 300);
    });
    const queue = (score: number) => project.queues.ids({ key: model.key, kind: 'disagreement', score });
    const other = openForReading(join(project.dir, 'project.db'), projectSchema);
    // another value after every write of another connection
    const version = () =>
      other.read<{ v: number }>('SELECT data_version AS v FROM pragma_data_version()').get()?.v;
    const before = version();
    expect(await queue(0.2)).toHaveLength(3);
    const known = version();
    expect(known, 'the drawn boxes are taken note of').not.toBe(before);
    expect(await queue(0.35)).toEqual([imageIds[2], imageIds[1], imageIds[0]]);
    expect(version()).toBe(known);
    other.close();
  });

  it('say how far they are, and can be stopped', async () => {
    const { project, imageIds, model } = suggestingProject(150);
    for (const id of imageIds) {
      project.suggestions.keep(model, id, [find(10, 0.4)], null);
      draw(project, id, 300);
    }
    const wish = { key: model.key, kind: 'disagreement', score: 0.3 } as const;
    const stop = new AbortController();
    const told: number[] = [];
    const onProgress = (done: number, of: number) => {
      expect(of).toBe(150);
      told.push(done);
      if (done > 60) stop.abort();
    };
    await expect(project.queues.ids(wish, { signal: stop.signal, onProgress })).rejects.toThrow('aborted');
    expect(told).toEqual([16, 32, 48, 64]);
    expect(await project.queues.ids(wish)).toEqual(imageIds);
  });
});
