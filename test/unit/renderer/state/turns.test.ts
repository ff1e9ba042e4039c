// Work in the order of its keys.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Turns } from '../../../../src/renderer/state/turns.ts';

describe('turns', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('does at once what nothing holds up, and the rest in order', async () => {
    const turns = new Turns();
    const done: string[] = [];
    let resolve: (() => void) | undefined;
    const promise = new Promise<void>((answer) => {
      resolve = answer;
    });
    turns.take(() => done.push('first'));
    turns.take(() => promise.then(() => done.push('answered')));
    turns.take(() => done.push('third'));
    turns.take(() => done.push('fourth'));
    expect(done).toEqual(['first']);
    expect(turns.busy).toBe(true);
    resolve?.();
    await vi.runAllTimersAsync();
    expect(done).toEqual(['first', 'answered', 'third', 'fourth']);
    expect(turns.busy).toBe(false);
  });

  it('goes on after a failure, and after an answer that never comes', async () => {
    const turns = new Turns();
    const done: string[] = [];
    turns.take(() => Promise.reject(new Error('refused')));
    turns.take(() => new Promise(() => undefined));
    turns.take(() => done.push('last'));
    await vi.advanceTimersByTimeAsync(2000);
    expect(done).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(done).toEqual(['last']);
  });
});
