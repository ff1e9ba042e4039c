import { describe, expect, it } from 'vitest';
import { gestureWords } from '../../../../src/renderer/state/gesture-words.ts';
import { gestureNames } from '../../../../src/shared/gestures.ts';

describe('a gesture in words', () => {
  it.each(gestureNames)('%s is told as no name of the journal', (gesture) => {
    const words = gestureWords({ kind: 'gesture', gesture });
    expect(words).toMatch(/^[A-Z][a-z ,]+$/);
    expect(words).not.toBe('Changed');
  });

  it('says that it was taken back, or repeated', () => {
    expect(gestureWords({ kind: 'undo', gesture: 'change-states' })).toBe('Undone: states of images changed');
    expect(gestureWords({ kind: 'redo', gesture: 'draw' })).toBe('Redone: drawn');
  });

  it('has words for what another program wrote', () => {
    expect(gestureWords({ kind: 'gesture', gesture: 'rotate-all' })).toBe('Changed');
  });
});
