// Gestures, undo and redo over a whole project, history of an image.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RevisionConflict } from '../../../src/main/services/annotations.ts';
import { type OpenProject, openProject } from '../../../src/main/services/projects.ts';
import { atOnce } from '../../../src/main/services/slices.ts';
import type { BoxInput } from '../../../src/shared/model.ts';
import { closing, labellingProject } from './temporary.ts';

function draw(project: OpenProject, imageId: number, ...put: BoxInput[]) {
  const { revision } = project.annotations.labels(imageId).image;
  return project.annotations.apply({ imageId, revision, name: 'draw', put, session: 'test' });
}

function goBack({ annotations }: OpenProject, imageId: number, seq: number) {
  return annotations.goBack(atOnce(annotations.labelsAfter(imageId, seq)), 'test');
}

const at = (x: number, classId: number): BoxInput => ({ x, y: 5, width: 10, height: 10, classId });

/** All that labels are, without the revisions, which only grow. */
function labelsOf(project: OpenProject) {
  const images = project.annotations.images().map(({ revision: _, ...image }) => ({
    ...image,
    boxes: project.annotations.labels(image.id).boxes,
  }));
  return { images, classes: project.classes.list() };
}

describe('a gesture', () => {
  it('stores boxes with ids, moves the state on and raises the revision', () => {
    const { project, imageIds } = labellingProject(1);
    const cat = project.classes.add({ name: 'cat' }, 'test');
    const id = imageIds[0]!;
    const result = draw(project, id, at(1, cat.id), at(2, cat.id));
    expect(result.boxes.map((box) => box.id)).toEqual([1, 2]);
    expect(result.state).toBe('in-progress');
    expect(project.annotations.labels(id)).toMatchObject({
      image: { state: 'in-progress', revision: result.revision },
      boxes: [{ x: 1, origin: 'drawn', ignore: false }, { x: 2 }],
    });
  });

  it('drawn on labels that changed since is refused and changes nothing', () => {
    const { project, imageIds } = labellingProject(1);
    const cat = project.classes.add({ name: 'cat' }, 'test');
    const imageId = imageIds[0]!;
    const { revision } = project.annotations.labels(imageId).image;
    draw(project, imageId, at(1, cat.id));
    const late = () =>
      project.annotations.apply({ imageId, revision, name: 'draw', put: [at(2, cat.id)], session: 'other' });
    expect(late).toThrow(RevisionConflict);
    expect(project.annotations.labels(imageId).boxes).toHaveLength(1);
  });

  it('with a bad box changes nothing at all', () => {
    const { project, imageIds } = labellingProject(2);
    const cat = project.classes.add({ name: 'cat' }, 'test');
    const [first, second] = imageIds as [number, number];
    const { boxes } = draw(project, first, at(1, cat.id));
    const before = labelsOf(project);
    expect(() => draw(project, first, at(2, cat.id), { ...at(3, cat.id), width: 0 })).toThrow('no area');
    expect(() => draw(project, first, { ...at(3, cat.id), x: Number.NaN })).toThrow('no area');
    expect(() => draw(project, first, at(2, 99))).toThrow('class that does not exist');
    expect(() => draw(project, second, { ...at(2, cat.id), id: boxes[0]!.id })).toThrow('another image');
    expect(() => draw(project, first, { ...at(2, cat.id), id: 77 })).toThrow('never given');
    expect(labelsOf(project)).toEqual(before);
  });

  it('that changes nothing leaves no trace', () => {
    const { project, imageIds } = labellingProject(1);
    const cat = project.classes.add({ name: 'cat' }, 'test');
    const { boxes } = draw(project, imageIds[0]!, at(1, cat.id));
    const again = draw(project, imageIds[0]!, boxes[0]!);
    expect(again.seq).toBe(0);
    expect(project.annotations.history(imageIds[0]!)).toHaveLength(1);
  });

  it('finishes an image as done with boxes and as empty without', () => {
    const { project, imageIds } = labellingProject(2);
    const cat = project.classes.add({ name: 'cat' }, 'test');
    const [first, second] = imageIds as [number, number];
    const { revision } = draw(project, first, at(1, cat.id));
    expect(project.annotations.finish(first, revision, 'test').state).toBe('done');
    const other = project.annotations.labels(second).image;
    expect(project.annotations.finish(second, other.revision, 'test').state).toBe('empty');
    expect(draw(project, second, at(1, cat.id)).state).toBe('in-progress');
  });
});

describe('undo', () => {
  it('goes on after a restart, over all images', () => {
    const { project, imageIds } = labellingProject(2);
    const cat = project.classes.add({ name: 'cat' }, 'test');
    const start = labelsOf(project);
    for (const id of imageIds) draw(project, id, at(1, cat.id));
    const drawn = labelsOf(project);
    project.close();
    const again = closing(openProject(project.dir));
    again.journal.undo('test');
    again.journal.undo('test');
    expect(labelsOf(again)).toEqual(start);
    again.close();
    const third = closing(openProject(project.dir));
    expect(third.journal.ahead()).toMatchObject({
      undo: { gesture: 'class-add' },
      redo: { gesture: 'draw' },
    });
    third.journal.redo('test');
    third.journal.redo('test');
    expect(labelsOf(third)).toEqual(drawn);
  });

  it('cannot be repeated once something else was done', () => {
    const { project, imageIds } = labellingProject(1);
    const cat = project.classes.add({ name: 'cat' }, 'test');
    draw(project, imageIds[0]!, at(1, cat.id));
    project.journal.undo('test');
    draw(project, imageIds[0]!, at(2, cat.id));
    expect(project.journal.redo('test')).toBeUndefined();
    project.journal.undo('test');
    expect(project.journal.redo('test')?.gesture).toBe('draw');
    expect(project.annotations.labels(imageIds[0]!).boxes).toMatchObject([{ x: 2 }]);
  });

  it('names the images that a window must read again', () => {
    const { project, imageIds } = labellingProject(2);
    const cat = project.classes.add({ name: 'cat' }, 'test');
    draw(project, imageIds[1]!, at(1, cat.id));
    expect(project.classes.remove(cat.id, 'test')).toMatchObject({
      imageIds: [imageIds[1]],
      classesChanged: true,
    });
    expect(project.journal.undo('test')).toMatchObject({ kind: 'undo', imageIds: [imageIds[1]] });
  });

  it('takes images out and brings them back', () => {
    const { project, imageIds } = labellingProject(3);
    project.annotations.removeImages([imageIds[1]!], 'test');
    expect(project.annotations.count()).toBe(2);
    expect(project.journal.undo('test')?.imagesChanged).toBe(true);
    expect(project.annotations.count()).toBe(3);
  });
});

describe('history of an image', () => {
  it('goes back to any point, as a gesture that can be undone', () => {
    const { project, imageIds } = labellingProject(1);
    const cat = project.classes.add({ name: 'cat' }, 'test');
    const dog = project.classes.add({ name: 'dog' }, 'test');
    const id = imageIds[0]!;
    const first = draw(project, id, at(1, cat.id));
    const then = project.annotations.labels(id).boxes;
    draw(project, id, { ...first.boxes[0]!, x: 50 }, at(2, cat.id));
    project.journal.undo('test');
    project.journal.redo('test');
    const last = draw(project, id, at(3, dog.id));
    goBack(project, id, first.seq);
    expect(project.annotations.labels(id).boxes).toEqual(then);
    goBack(project, id, last.seq);
    expect(project.annotations.labels(id).boxes.map((box) => box.x)).toEqual([50, 2, 3]);
    goBack(project, id, 0);
    expect(project.annotations.labels(id)).toMatchObject({ boxes: [], image: { state: 'unlabelled' } });
    project.journal.undo('test');
    expect(project.annotations.labels(id).boxes).toHaveLength(3);
  });

  it('gives boxes of a class merged since to the class that took them', () => {
    const { project, imageIds } = labellingProject(1);
    const cat = project.classes.add({ name: 'cat' }, 'test');
    const kitten = project.classes.add({ name: 'kitten' }, 'test');
    const id = imageIds[0]!;
    const { seq, boxes } = draw(project, id, at(1, kitten.id));
    project.classes.merge(kitten.id, cat.id, 'test');
    const { revision } = project.annotations.labels(id).image;
    project.annotations.apply({
      imageId: id,
      revision,
      name: 'delete',
      remove: [boxes[0]!.id],
      session: 'test',
    });
    goBack(project, id, seq);
    expect(project.annotations.labels(id).boxes).toMatchObject([{ id: boxes[0]!.id, classId: cat.id }]);
  });
});

describe('classes', () => {
  it('keep their ids through rename, reorder, merge, deletion and undo', () => {
    const { project, imageIds } = labellingProject(1);
    const add = (name: string) => project.classes.add({ name }, 'test');
    const [cat, dog, cow] = [add('cat'), add('dog'), add('cow')];
    draw(project, imageIds[0]!, at(1, cat.id), at(2, dog.id));
    const before = labelsOf(project);
    project.classes.change(cat.id, { name: ' Cat ', colour: '#010203', hotkey: 'c' }, 'test');
    project.classes.reorder([cow.id, dog.id, cat.id], 'test');
    expect(project.classes.list().map(({ id, name }) => [id, name])).toEqual([
      [cow.id, 'cow'],
      [dog.id, 'dog'],
      [cat.id, 'Cat'],
    ]);
    project.classes.merge(dog.id, cat.id, 'test');
    expect(project.classes.counts()).toEqual([
      { classId: cow.id, boxes: 0, images: 0 },
      { classId: cat.id, boxes: 2, images: 1 },
    ]);
    project.classes.remove(cat.id, 'test');
    expect(project.annotations.labels(imageIds[0]!).boxes).toEqual([]);
    for (let i = 0; i < 4; i++) project.journal.undo('test');
    expect(labelsOf(project)).toEqual(before);
  });

  it('refuse an empty name, a name twice, an order that forgets one, a merge into itself', () => {
    const { project } = labellingProject(1);
    const cat = project.classes.add({ name: 'caf\u00e9' }, 'test');
    expect(() => project.classes.add({ name: 'cafe\u0301' }, 'test')).toThrow('already a class');
    expect(() => project.classes.add({ name: '  ' }, 'test')).toThrow('needs a name');
    expect(() => project.classes.reorder([], 'test')).toThrow('every class once');
    expect(() => project.classes.merge(cat.id, cat.id, 'test')).toThrow('into itself');
  });
});

type Step =
  | { do: 'draw' | 'move' | 'delete'; image: number; pick: number; x: number }
  | { do: 'finish' | 'back'; image: number; pick: number; x: number }
  | {
      do: 'add' | 'rename' | 'reorder' | 'merge' | 'drop' | 'take' | 'undo' | 'redo';
      image: number;
      pick: number;
      x: number;
    };

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom(
    ...(['draw', 'draw', 'draw', 'move', 'delete', 'finish', 'back', 'add', 'rename', 'reorder'] as const),
    ...(['merge', 'drop', 'take', 'undo', 'redo'] as const),
  ),
  image: fc.nat(2),
  pick: fc.nat(20),
  x: fc.nat(500),
}) as fc.Arbitrary<Step>;

function onImage(project: OpenProject, imageId: number, { do: name, pick, x }: Step): void {
  const { image, boxes } = project.annotations.labels(imageId);
  const classes = project.classes.list();
  const chosen = boxes[pick % Math.max(1, boxes.length)];
  const label = classes[pick % Math.max(1, classes.length)];
  const base = { imageId, revision: image.revision, session: 'test' };
  if (name === 'draw' && label) project.annotations.apply({ ...base, name, put: [at(x, label.id)] });
  if (name === 'move' && chosen) project.annotations.apply({ ...base, name, put: [{ ...chosen, x }] });
  if (name === 'delete' && chosen) project.annotations.apply({ ...base, name, remove: [chosen.id] });
  if (name === 'finish') project.annotations.finish(imageId, image.revision, 'test');
  if (name === 'back') goBack(project, imageId, pick);
  if (name === 'take') project.annotations.removeImages([imageId], 'test');
}

function onClasses(project: OpenProject, { do: name, pick, x }: Step): void {
  const classes = project.classes.list();
  const label = classes[pick % Math.max(1, classes.length)];
  const other = classes[(pick + 1) % Math.max(1, classes.length)];
  if (name === 'add')
    project.classes.add(
      { name: `class ${x} ${pick} ${project.classes.list().length} ${Math.random()}` },
      'test',
    );
  if (name === 'rename' && label)
    project.classes.change(label.id, { name: `named ${x} ${label.id}` }, 'test');
  if (name === 'reorder' && label) project.classes.reorder(classes.map(({ id }) => id).reverse(), 'test');
  if (name === 'merge' && label && other && label !== other)
    project.classes.merge(label.id, other.id, 'test');
  if (name === 'drop' && label) project.classes.remove(label.id, 'test');
}

describe('any sequence of gestures', () => {
  it('undone as a whole leaves nothing, redone as a whole leaves the same', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const { project, imageIds } = labellingProject(3);
        const empty = labelsOf(project);
        const stopUndo = () => project.journal.ahead().undo?.gesture !== 'import';
        for (const one of steps) {
          const imageId = imageIds[one.image]!;
          const isThere = project.annotations.images().some(({ id }) => id === imageId);
          if (one.do === 'undo' && stopUndo()) project.journal.undo('test');
          else if (one.do === 'redo') project.journal.redo('test');
          else if (isThere) onImage(project, imageId, one);
          onClasses(project, one);
        }
        while (project.journal.redo('test'));
        const full = labelsOf(project);
        while (stopUndo()) project.journal.undo('test');
        expect(labelsOf(project)).toEqual(empty);
        while (project.journal.redo('test'));
        expect(labelsOf(project)).toEqual(full);
        project.close();
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
