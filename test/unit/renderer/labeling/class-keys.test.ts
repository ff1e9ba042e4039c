// Keys of classes: their own, or their place, unless something else has it.
import { describe, expect, it } from 'vitest';
import { classKey, classKeys } from '../../../../src/renderer/labeling/class-keys.ts';

const free = () => false;
const list = (...hotkeys: (string | null)[]) => hotkeys.map((hotkey, index) => ({ id: index + 1, hotkey }));

describe('the keys of classes', () => {
  it('are the numbers of the first nine places', () => {
    const keys = classKeys(list(...Array.from({ length: 12 }, () => null)), free);
    expect([...keys]).toEqual(Array.from({ length: 9 }, (_, index) => [String(index + 1), index + 1]));
  });

  it('are their own where they have one; a place that is another class gives up its number', () => {
    const keys = classKeys(list(null, 'X', '1', null), free);
    expect(Object.fromEntries(keys)).toEqual({ X: 2, 1: 3, 4: 4 });
  });

  it('are not what an action has', () => {
    const keys = classKeys(list('W', null), (key) => key === 'W' || key === '2');
    expect([...keys]).toEqual([]);
  });

  it('are pressed without shift', () => {
    const press = (key: string, shiftKey = false) => classKey({ key, shiftKey });
    expect([press('x'), press('X'), press('9'), press('0'), press('Enter'), press('x', true)]).toEqual([
      'X',
      'X',
      '9',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
