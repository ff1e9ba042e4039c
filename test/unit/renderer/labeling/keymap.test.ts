import { describe, expect, it } from 'vitest';
import { type Action, actionNames, actions } from '../../../../src/renderer/labeling/actions.ts';
import { arrowOf, isReserved, Keymap, keyName } from '../../../../src/renderer/labeling/keymap.ts';

const press = (
  key: string,
  held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('keymap', () => {
  it.each(['studio', 'cvat'] as const)('gives no key to two actions, none that is reserved: %s', (preset) => {
    const keymap = new Keymap({ preset, own: {} });
    const keys = actionNames.flatMap((action) => keymap.keysOf(action));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    expect(keys.filter(isReserved)).toEqual([]);
    expect(actionNames.filter((action) => keymap.shown(action) === '')).toEqual([]);
  });

  it('takes Command for Ctrl, and letters without their case', () => {
    const keymap = new Keymap();
    expect(keyName(press('z', { metaKey: true, shiftKey: true }))).toBe('Ctrl+Shift+Z');
    expect(keymap.actionFor(press('Z', { ctrlKey: true, shiftKey: true }))).toBe('redo');
    expect(keymap.actionFor(press('z', { ctrlKey: true }))).toBe('undo');
    expect(keymap.actionFor(press('?', { shiftKey: true }))).toBe('keys');
    expect(keymap.actionFor(press('d'))).toBe('next');
    expect(keymap.actionFor(press('d', { ctrlKey: true }))).toBe('duplicate');
    expect(keymap.actionFor(press('j'))).toBeUndefined();
  });

  it('keeps what was changed in a preset while the other one is in use', () => {
    const changed = new Keymap(new Keymap().assigned('draw', 'R'));
    const other = new Keymap(changed.withPreset('cvat'));
    expect([other.shown('draw'), other.shown('repeat')]).toEqual(['N', 'Ctrl+B']);
    const both = new Keymap(other.assigned('fit', 'U'));
    const back = new Keymap(both.withPreset('studio'));
    expect([back.shown('draw'), back.shown('repeat'), back.shown('fit')]).toEqual(['R', '', 'F']);
    expect(new Keymap(back.withPreset('cvat')).shown('fit')).toBe('U');
    expect(back.withPreset('studio')).toEqual(back.settings);
  });

  it('follows the other preset', () => {
    const keymap = new Keymap({ preset: 'cvat', own: {} });
    expect(keymap.actionFor(press('n'))).toBe('draw');
    expect(keymap.actionFor(press('f'))).toBe('next');
    expect(keymap.actionFor(press('d'))).toBe('previous');
  });

  it('takes a key from the action that had it, and says which', () => {
    const keymap = new Keymap();
    expect(keymap.holder('R', 'draw')).toBe('repeat');
    const after = new Keymap(keymap.assigned('draw', 'R'));
    expect(after.actionFor(press('r'))).toBe('draw');
    expect(after.keysOf('repeat')).toEqual([]);
    expect(after.actionFor(press('w'))).toBeUndefined();
    const kept = new Keymap(keymap.assigned('draw', 'Ctrl+Y'));
    expect(kept.keysOf('redo')).toEqual(['Ctrl+Shift+Z']);
  });

  it('gives an action its keys of the preset back, where they are free', () => {
    const taken = new Keymap(new Keymap().assigned('draw', 'R'));
    expect(new Keymap(taken.restored('draw')).keysOf('draw')).toEqual(['W']);
    expect(new Keymap(taken.restored('repeat')).keysOf('repeat')).toEqual([]);
    const free = new Keymap(new Keymap(taken.restored('draw')).restored('repeat'));
    expect(free.keysOf('repeat')).toEqual(['R']);
  });

  it('names every action of the table once in a group', () => {
    const texts = actionNames.map((name: Action) => actions[name].text);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('moves further with Shift', () => {
    expect(arrowOf(press('ArrowLeft'))).toEqual({ dx: -1, dy: 0 });
    expect(arrowOf(press('ArrowDown', { shiftKey: true }))).toEqual({ dx: 0, dy: 10 });
    expect(arrowOf(press('x'))).toBeUndefined();
  });
});
