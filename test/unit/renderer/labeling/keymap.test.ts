import { describe, expect, it } from 'vitest';
import { actionFor, actions, arrowOf, keyName } from '../../../../src/renderer/labeling/keymap.ts';

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
  it('gives no key to two actions', () => {
    const keys = Object.values(actions).flatMap((action) => action.keys);
    expect(new Set<string>(keys).size).toBe(keys.length);
  });

  it('takes Command for Ctrl, and letters without their case', () => {
    expect(keyName(press('z', { metaKey: true, shiftKey: true }))).toBe('Ctrl+Shift+Z');
    expect(actionFor(press('Z', { ctrlKey: true, shiftKey: true }))).toBe('redo');
    expect(actionFor(press('z', { ctrlKey: true }))).toBe('undo');
    expect(actionFor(press('?', { shiftKey: true }))).toBe('keys');
    expect(actionFor(press('d'))).toBe('next');
    expect(actionFor(press('d', { ctrlKey: true }))).toBe('duplicate');
    expect(actionFor(press('k'))).toBeUndefined();
  });

  it('moves further with Shift', () => {
    expect(arrowOf(press('ArrowLeft'))).toEqual({ dx: -1, dy: 0 });
    expect(arrowOf(press('ArrowDown', { shiftKey: true }))).toEqual({ dx: 0, dy: 10 });
    expect(arrowOf(press('x'))).toBeUndefined();
  });
});
