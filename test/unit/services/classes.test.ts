// Classes: one has a key at a time, and what a deletion means for the images that show it.
import { describe, expect, it } from 'vitest';
import { labellingProject, staged, stagedBox, stagedImage, temporaryProject } from './temporary.ts';

describe('the key of a class', () => {
  it('is taken from the class that had it, and given back by an undo', () => {
    const { project } = labellingProject(1);
    const [cat, dog] = ['cat', 'dog'].map((name) => project.classes.add({ name }, 'test').id);
    const keys = () => project.classes.list().map(({ hotkey }) => hotkey);
    expect(project.classes.setKey(cat!, 'X', 'test').classesChanged).toBe(true);
    project.classes.setKey(dog!, 'X', 'test');
    expect(keys()).toEqual([null, 'X']);
    project.journal.undo('test');
    expect(keys()).toEqual(['X', null]);
    project.classes.setKey(cat!, null, 'test');
    expect(keys()).toEqual([null, null]);
    expect(() => project.classes.setKey(99, 'Y', 'test')).toThrow('no class 99');
  });
});

describe('the deletion of a class', () => {
  it('takes back that images are done which show nothing else, until an undo', () => {
    const project = temporaryProject();
    const [cat, dog] = [stagedBox(0), stagedBox(1, 40)];
    const boxes = [[cat], [cat, dog], [dog], [cat]];
    project.datasets.commit(staged(boxes.map((own, at) => stagedImage(`/pictures/${at}.jpg`, own))));
    const ids = project.annotations.images().map(({ id }) => id);
    project.bulk.change([ids[3] ?? 0], { state: 'unlabelled' }, 'test');
    const states = () => project.annotations.images().map(({ state }) => state);
    const before = states();
    const change = project.classes.remove(project.classes.list()[0]?.id ?? 0, 'test');
    expect(states()).toEqual(['in-progress', 'done', 'done', 'unlabelled']);
    expect(new Set(change.imageIds)).toEqual(new Set([ids[0], ids[1], ids[3]]));
    project.journal.undo('test');
    expect(states()).toEqual(before);
    project.journal.redo('test');
    expect(states()[0]).toBe('in-progress');
  });
});
