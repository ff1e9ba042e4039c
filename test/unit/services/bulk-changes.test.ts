// Many images: found by their boxes, listed in an order, changed in one gesture that one step takes back.
import { describe, expect, it } from 'vitest';
import { galleryIds } from '../../../src/main/services/gallery.ts';
import type { GalleryFilter } from '../../../src/shared/contract.ts';
import { staged, stagedBox, stagedImage, temporaryProject } from './temporary.ts';

/** Images b (1 box), A (3 boxes), c (none), with splits train, val and none. */
function threeImages() {
  const project = temporaryProject();
  const boxes = (count: number) =>
    Array.from({ length: count }, (_, index) => stagedBox(index % 2, index * 30));
  const images = [
    stagedImage('/pictures/b.jpg', boxes(1), { split: 'train' }),
    stagedImage('/pictures/A.jpg', boxes(3), { split: 'val' }),
    stagedImage('/pictures/c.jpg'),
  ];
  project.datasets.commit(staged(images), { splitBy: 'file' });
  const [b = 0, a = 0, c = 0] = project.annotations.images().map(({ id }) => id);
  const facts = () => project.annotations.images().map(({ state, split }) => `${state} ${split}`);
  return { project, a, b, c, facts, find: (filter: GalleryFilter) => galleryIds(project, filter) };
}

describe('the gallery', () => {
  it('finds images by how many boxes they have, and by part of a name in any case', () => {
    const { a, b, c, find } = threeImages();
    expect(find({ minBoxes: 1 })).toEqual([b, a]);
    expect(find({ maxBoxes: 1 })).toEqual([b, c]);
    expect(find({ minBoxes: 2, maxBoxes: 3 })).toEqual([a]);
    expect(find({ minBoxes: 4 })).toEqual([]);
    expect(find({ search: 'a.JPG' })).toEqual([a]);
    expect(find({ split: 'none' })).toEqual([c]);
  });

  it('lists them in every order', () => {
    const { a, b, c, find } = threeImages();
    expect(find({})).toEqual([b, a, c]);
    expect(find({ descending: true })).toEqual([c, a, b]);
    expect(find({ order: 'name' })).toEqual([a, b, c]);
    expect(find({ order: 'boxes' })).toEqual([c, b, a]);
    expect(find({ order: 'boxes', descending: true })).toEqual([a, b, c]);
    expect(find({ order: 'state' })).toEqual([b, a, c]);
    expect(find({ order: 'split' })).toEqual([b, a, c]);
    expect(find({ order: 'split', descending: true })).toEqual([a, b, c]);
  });

  it('lists them by their first class, those without last', () => {
    const { project, a, b, c, find } = threeImages();
    const [cat, dog] = project.classes.list();
    expect(find({ order: 'class' })).toEqual([b, a, c]);
    project.classes.remove(cat?.id ?? 0, 'w1');
    // what is left of a is a dog
    expect(find({ order: 'class' })).toEqual([a, b, c]);
    project.journal.undo('w1');
    project.classes.reorder([dog?.id ?? 0, cat?.id ?? 0], 'w1');
    expect(find({ order: 'class' })).toEqual([a, b, c]);
    expect(find({ order: 'class', descending: true })).toEqual([b, a, c]);
  });

  it('finds and lists them by the best find of a model', () => {
    const { project, a, b, c, find } = threeImages();
    const model = { key: 'r1/best', name: 'Run 1', runId: null, classes: [{ name: 'cat', classId: null }] };
    const finds = (...scores: number[]) =>
      scores.map((score) => ({ x: 1, y: 1, width: 5, height: 5, classIndex: 0, score }));
    project.suggestions.keep(model, a, finds(0.4, 0.9), null);
    project.suggestions.keep(model, c, [], null);
    project.suggestions.keep({ ...model, key: 'r2/best' }, b, finds(0.1), null);
    const asked = { model: 'r1/best' };
    expect(find({ ...asked, scoreBelow: 0.95 })).toEqual([a, c]);
    expect(find({ ...asked, scoreBelow: 0.5 })).toEqual([c]);
    expect(find({ ...asked, order: 'score' })).toEqual([c, a, b]);
    expect(find({ ...asked, order: 'score', descending: true })).toEqual([a, c, b]);
    expect(find({ model: 'r3/best', scoreBelow: 1 })).toEqual([]);
  });
});

describe('a change of many images', () => {
  it('sets states and splits at once, and is taken back in one step', () => {
    const { project, a, b, c, facts } = threeImages();
    const before = facts();
    const change = project.bulk.change([a, b, c, 99], { state: 'unlabelled', split: 'test' }, 'w1');
    expect(change).toMatchObject({ imageIds: [b, a, c] });
    expect(facts()).toEqual(['unlabelled test', 'unlabelled test', 'unlabelled test']);
    expect(project.journal.undo('w1')).toMatchObject({ gesture: 'change-states' });
    expect(facts()).toEqual(before);
    project.journal.redo('w1');
    expect(new Set(facts())).toEqual(new Set(['unlabelled test']));
  });

  it('marks images with boxes done and others empty', () => {
    const { project, a, b, c, facts } = threeImages();
    project.bulk.change([a, b, c], { state: 'unlabelled' }, 'w1');
    project.bulk.change([a, b, c], { state: 'finished' }, 'w1');
    expect(facts()).toEqual(['done train', 'done val', 'empty null']);
  });

  it('is no gesture where nothing changes', () => {
    const { project, b } = threeImages();
    expect(project.bulk.change([b], { split: 'train' }, 'w1')).toBeUndefined();
    expect(project.journal.ahead().undo?.gesture).toBe('import');
  });

  it('makes gestures drawn before it conflict', () => {
    const { project, b } = threeImages();
    const { revision } = project.annotations.labels(b).image;
    project.bulk.change([b], { state: 'in-progress' }, 'w1');
    expect(() => project.annotations.finish(b, revision, 'w2')).toThrow('changed elsewhere');
  });

  it('takes images out and brings them back', () => {
    const { project, a, b, find } = threeImages();
    project.bulk.remove([a, b], 'w1');
    expect(find({})).toHaveLength(1);
    project.journal.undo('w1');
    expect(find({})).toHaveLength(3);
  });
});
