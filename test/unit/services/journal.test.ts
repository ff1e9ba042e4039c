// Steps of undo and redo that have to be the ones that are meant, and histories of images that were changed with many others.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { RevisionConflict } from '../../../src/main/services/annotations.ts';
import type { OpenProject } from '../../../src/main/services/projects.ts';
import { atOnce } from '../../../src/main/services/slices.ts';
import type { BoxInput } from '../../../src/shared/model.ts';
import { labellingProject } from './temporary.ts';

const at = (x: number): BoxInput => ({ x, y: 5, width: 10, height: 10, classId: 1 });

function draw(project: OpenProject, imageId: number, x: number, session: string) {
  const { revision } = project.annotations.labels(imageId).image;
  return project.annotations.apply({ imageId, revision, name: 'draw', put: [at(x)], session });
}

function drawnProject() {
  const { project, imageIds } = labellingProject(3);
  project.classes.add({ name: 'cat' }, 'w1');
  return { project, id: imageIds[0]!, imageIds };
}

describe('a step of undo or redo', () => {
  it('is refused where another gesture came before it, and does nothing', () => {
    const { project, id } = drawnProject();
    const { seq } = draw(project, id, 1, 'w1');
    const other = draw(project, id, 2, 'w2');
    const overtaken = expect.objectContaining({ kind: 'overtaken' });
    expect(() => project.journal.undo('w1', seq)).toThrow(overtaken);
    expect(project.annotations.labels(id).boxes).toHaveLength(2);
    project.journal.undo('w1', other.seq);
    project.journal.undo('w1', seq);
    expect(() => project.journal.redo('w1', other.seq)).toThrow(overtaken);
    project.journal.redo('w1', seq);
    expect(project.annotations.labels(id).boxes.map(({ x }) => x)).toEqual([1]);
  });

  it('says whose gesture it would take back, and who took back what it would repeat', () => {
    const { project, id } = drawnProject();
    const mine = draw(project, id, 1, 'w1');
    const theirs = draw(project, id, 2, 'w2');
    const isElsewhere = (session: string) => session === 'w2';
    expect(project.journal.ahead(isElsewhere)).toEqual({
      undo: { seq: theirs.seq, gesture: 'draw', elsewhere: true },
      redo: null,
    });
    project.journal.undo('w1');
    project.journal.undo('w2');
    expect(project.journal.ahead(isElsewhere)).toMatchObject({
      undo: { gesture: 'class-add', elsewhere: false },
      redo: { seq: mine.seq, elsewhere: true },
    });
  });
});

describe('the history of an image', () => {
  it('is told as far back as a window shows it', () => {
    const { project, id } = drawnProject();
    for (let x = 0; x < 210; x++) draw(project, id, x, 'w1');
    const { seq } = draw(project, id, 300, 'w1');
    const history = project.annotations.history(id);
    expect([history.length, history[0]?.seq]).toEqual([201, seq]);
    expect(Object.keys(history[0]!).sort()).toEqual([
      ...['at', 'boxIds', 'classIds', 'gesture', 'kind', 'seq', 'session'],
    ]);
  });

  it('tells of which boxes and classes each row is, also of a box that went', () => {
    const { project, id } = drawnProject();
    const [box] = draw(project, id, 1, 'w1').boxes;
    const { revision } = project.annotations.labels(id).image;
    const remove = [box!.id];
    project.annotations.apply({ imageId: id, revision, name: 'delete', put: [], remove, session: 'w1' });
    project.bulk.change([id], { split: 'test' }, 'w1');
    const told = project.annotations.history(id).map(({ boxIds, classIds }) => [boxIds, classIds]);
    expect(told).toEqual([
      [[], []],
      [[box!.id], [1]],
      [[box!.id], [1]],
    ]);
  });

  it('leads back over changes of many images at once', () => {
    const { project, id, imageIds } = drawnProject();
    const first = draw(project, id, 1, 'w1');
    draw(project, imageIds[1]!, 7, 'w1');
    project.bulk.change(imageIds, { state: 'finished' }, 'w1');
    project.bulk.change(imageIds, { split: 'test' }, 'w1');
    draw(project, id, 2, 'w1');
    project.bulk.change(imageIds, { state: 'unlabelled', split: 'val' }, 'w1');
    const then = (seq: number) => atOnce(project.annotations.labelsAfter(id, seq));
    expect(then(first.seq)).toMatchObject({ state: 'in-progress', boxes: [{ x: 1 }] });
    expect(then(first.seq + 2)).toMatchObject({ state: 'done', boxes: [{ x: 1 }] });
    expect(then(first.seq + 3)).toMatchObject({ state: 'done', boxes: [{ x: 1 }] });
    expect(then(first.seq + 4)).toMatchObject({ state: 'done', boxes: [{ x: 1 }, { x: 2 }] });
    expect(then(0)).toMatchObject({ state: 'unlabelled', boxes: [] });
  });

  it('is not gone back to where the image changed since it was looked up', () => {
    const { project, id } = drawnProject();
    const { seq } = draw(project, id, 1, 'w1');
    const then = atOnce(project.annotations.labelsAfter(id, 0));
    draw(project, id, 2, 'w2');
    expect(() => project.annotations.goBack(then, 'w1')).toThrow(RevisionConflict);
    expect(project.annotations.labels(id).boxes).toHaveLength(2);
    project.annotations.goBack(atOnce(project.annotations.labelsAfter(id, seq)), 'w1');
    expect(project.annotations.labels(id).boxes.map(({ x }) => x)).toEqual([1]);
  });
});

describe('a step that does not go with what is in the project now', () => {
  it('is passed over, in both directions', () => {
    const { project, imageIds } = labellingProject(2);
    const revisionOf = (id: number) => project.annotations.labels(id).image.revision;
    const states = () => project.annotations.images().map(({ state }) => state);
    for (const id of imageIds) project.annotations.finish(id, revisionOf(id), 'test');
    const other = new Sqlite(join(project.dir, 'project.db'));
    const spoil = (side: 'before' | 'after', seq: number) =>
      other.prepare(`UPDATE journal SET ${side} = '{"states":[[1,"odd"]]}' WHERE seq = ?`).run(seq);
    const last = () => project.annotations.history(imageIds[1]!)[0]!.seq;
    const first = project.annotations.history(imageIds[0]!)[0]!.seq;
    spoil('before', last());
    expect(() => project.journal.undo('test')).toThrow('One step cannot be taken back');
    expect(states()).toEqual(['empty', 'empty']);
    expect(project.journal.undo('test')).toMatchObject({ imageIds: [imageIds[0]] });
    spoil('after', first);
    expect(() => project.journal.redo('test')).toThrow('One step cannot be repeated');
    expect(project.journal.ahead()).toMatchObject({ undo: { gesture: 'import' }, redo: null });
    other.close();
  });
});
