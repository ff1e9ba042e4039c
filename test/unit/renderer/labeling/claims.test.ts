import { describe, expect, it } from 'vitest';
import { claims } from '../../../../src/renderer/labeling/claims.ts';

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

/** Which of these keys a control keeps for itself. */
function kept(tag: string, type: string, ...keys: string[]): string[] {
  return keys.filter((key) => claims({ tag, type }, { ...plain, key }));
}

describe('a control', () => {
  it.each([
    ['INPUT', 'range', ['Tab', 'ArrowLeft', 'Home'], ['d', 'Enter', ' ', 'Escape', 'F6']],
    ['INPUT', 'checkbox', ['Tab', ' '], ['d', 'Enter', 'ArrowLeft']],
    ['INPUT', 'color', ['Tab', ' ', 'Enter'], ['d', 'ArrowLeft']],
    ['INPUT', 'text', ['d', 'Enter', 'Tab', 'ArrowLeft', '1', 'Escape'], ['F6', 'F1']],
    ['TEXTAREA', '', ['d', '?'], ['F6']],
    ['SELECT', '', ['d', 'ArrowDown', 'Enter', 'Tab'], ['F6']],
    ['BUTTON', '', ['Tab', 'Enter', ' '], ['d', 'ArrowDown', '1']],
    ['CANVAS', '', [], ['Tab', 'Enter', 'd']],
    ['BODY', '', [], ['Tab', 'Enter', 'd']],
  ])('%s %s keeps its own keys and no others', (tag, type, own, others) => {
    expect(kept(tag, type, ...own, ...others)).toEqual(own);
  });

  it('that is a list leaves keys pressed with Ctrl', () => {
    expect(claims({ tag: 'SELECT', type: '' }, { ...plain, key: 'z', ctrlKey: true })).toBe(false);
  });
});
