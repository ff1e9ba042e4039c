// Keys of classes: one class has a key at a time.
import { describe, expect, it } from 'vitest';
import { labellingProject } from './temporary.ts';

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
