// Suggestions beside labels: kept, accepted and rejected as gestures, mapped to classes.
import { describe, expect, it } from 'vitest';
import type { OpenProject } from '../../../src/main/services/projects.ts';
import { atOnce } from '../../../src/main/services/slices.ts';
import { find, suggestingProject } from './suggesting-project.ts';

const boxesOf = (project: OpenProject, imageId: number) => project.annotations.labels(imageId).boxes;
const revisionOf = (project: OpenProject, imageId: number) =>
  project.annotations.labels(imageId).image.revision;

describe('suggestions', () => {
  it('are no labels: the image stays as it is, and what its class stands for nothing is counted', () => {
    const { project, imageId, cell, model } = suggestingProject();
    project.suggestions.keep(model, imageId, [find(10, 0.4), find(50, 0.9), find(90, 0.8, 1)], 7);
    expect(boxesOf(project, imageId)).toEqual([]);
    expect(project.annotations.labels(imageId).image).toMatchObject({ state: 'unlabelled', revision: 1 });
    const { suggestions, unmapped, checkpointId } = project.suggestions.ofImage(model.key, imageId);
    expect(suggestions).toMatchObject([
      { x: 50, score: 0.9, classId: cell.id },
      { x: 10, score: 0.4, classId: cell.id },
    ]);
    expect({ unmapped, checkpointId }).toEqual({ unmapped: 1, checkpointId: 7 });
  });

  it('become labels in one gesture that knows their origin, and undo takes it back', () => {
    const { project, imageId, model } = suggestingProject();
    project.suggestions.keep(model, imageId, [find(10, 0.4), find(50, 0.9)], null);
    const ids = project.suggestions.ofImage(model.key, imageId).suggestions.map(({ id }) => id);
    const revision = revisionOf(project, imageId);
    project.suggestions.accept(model.key, { imageId, revision, ids, session: 'test' });
    expect(boxesOf(project, imageId)).toMatchObject([
      { x: 50, score: 0.9, origin: 'predicted' },
      { x: 10, score: 0.4, origin: 'predicted' },
    ]);
    const [box] = boxesOf(project, imageId);
    expect(project.suggestions.originOf(box!.id)).toEqual({
      origin: 'predicted',
      score: 0.9,
      model: { name: 'cells.pth', run: null, checkpoint: null },
    });
    expect(project.annotations.history(imageId).map(({ gesture }) => gesture)).toEqual(['accept']);
    project.journal.undo('test');
    expect(boxesOf(project, imageId)).toEqual([]);
    expect(project.annotations.labels(imageId).image.state).toBe('unlabelled');
    expect(project.suggestions.ofImage(model.key, imageId).suggestions).toHaveLength(2);
  });

  it('remember which run and checkpoint suggested them, also once the box was moved', () => {
    const { project, imageId, cell, model } = suggestingProject();
    const run = project.runs.create({ recipe: {}, seed: 0 });
    const ofRun = { ...model, key: `${run.id}/best`, name: 'Run 1, best', runId: run.id };
    project.suggestions.keep(ofRun, imageId, [find(10, 0.4)], 7);
    const ids = project.suggestions.ofImage(ofRun.key, imageId).suggestions.map(({ id }) => id);
    const at = { imageId, session: 'test' };
    project.suggestions.accept(ofRun.key, { ...at, revision: revisionOf(project, imageId), ids });
    const [box] = boxesOf(project, imageId);
    const put = [{ id: box!.id, classId: cell.id, x: 12, y: 10, width: 20, height: 20 }];
    project.annotations.apply({ ...at, revision: revisionOf(project, imageId), name: 'move', put });
    const source = { name: 'Run 1, best', run: 'r1', checkpoint: 7 };
    expect(project.suggestions.originOf(box!.id)).toEqual({ origin: 'predicted', score: 0.4, model: source });
    expect(project.suggestions.originOf(99)).toBeNull();
  });

  it('that changed meanwhile are refused whole', () => {
    const { project, imageId, model } = suggestingProject();
    project.suggestions.keep(model, imageId, [find(10, 0.4)], null);
    const [old] = project.suggestions.ofImage(model.key, imageId).suggestions;
    project.suggestions.keep(model, imageId, [find(11, 0.5)], null);
    const revision = revisionOf(project, imageId);
    const late = () =>
      project.suggestions.accept(model.key, { imageId, revision, ids: [old!.id], session: 'test' });
    expect(late).toThrow('A suggestion is gone');
    expect(boxesOf(project, imageId)).toEqual([]);
  });

  it('stay rejected when the model looks again, until the rejection is taken back', () => {
    const { project, imageId, model } = suggestingProject();
    const shown = () => project.suggestions.ofImage(model.key, imageId).suggestions.map(({ x }) => x);
    project.suggestions.keep(model, imageId, [find(10, 0.4), find(50, 0.9)], null);
    const [, faint] = project.suggestions.ofImage(model.key, imageId).suggestions;
    project.suggestions.reject([faint!.id], 'test');
    expect(shown()).toEqual([50]);
    project.suggestions.keep(model, imageId, [find(12, 0.45), find(50, 0.9)], null);
    expect(shown()).toEqual([50]);
    project.journal.undo('test');
    expect(shown()).toEqual([50, 10]);
    project.journal.redo('test');
    expect(shown()).toEqual([50]);
  });

  it('follow their class when it is mapped, renamed, merged or deleted', () => {
    const { project, imageId, cell, model } = suggestingProject();
    project.suggestions.keep(model, imageId, [find(10, 0.4), find(50, 0.9, 1)], null);
    const classIds = () => project.suggestions.ofImage(model.key, imageId).suggestions.map((s) => s.classId);
    const dust = project.classes.add({ name: 'dust' }, 'test');
    project.suggestions.map(model.key, 1, dust.id);
    expect(classIds()).toEqual([dust.id, cell.id]);
    project.classes.change(dust.id, { name: 'stain' }, 'test');
    expect(classIds()).toEqual([dust.id, cell.id]);
    project.classes.merge(dust.id, cell.id, 'test');
    expect(classIds()).toEqual([cell.id, cell.id]);
    project.classes.remove(cell.id, 'test');
    expect(project.suggestions.ofImage(model.key, imageId)).toMatchObject({ suggestions: [], unmapped: 2 });
  });

  it('go with the run they come from', () => {
    const { project, imageId, model } = suggestingProject();
    const run = project.runs.create({ recipe: {}, seed: 0 });
    const ofRun = { ...model, key: `${run.id}/best`, runId: run.id };
    project.suggestions.keep(ofRun, imageId, [find(10, 0.4)], 3);
    const unseen = (checkpointId: number) =>
      atOnce(project.suggestions.unseen(ofRun.key, checkpointId, null));
    expect(unseen(3)).not.toContain(imageId);
    expect(unseen(4)).toContain(imageId);
    project.runs.delete(run.id);
    expect(project.suggestions.models()).toEqual([]);
    expect(project.suggestions.ofImage(ofRun.key, imageId).lookedAt).toBeNull();
  });
});
