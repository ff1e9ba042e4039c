import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  listed,
  meantRun,
  nextOrder,
  type RunOrder,
  runColumns,
  tookSeconds,
} from '../../../../src/renderer/state/run-order.ts';
import { catalogFormatter, englishFormatter } from '../../../../src/renderer/words/formatter.ts';
import { speak } from '../../../../src/renderer/words/words.ts';
import type { RunSummary } from '../../../../src/shared/contract.ts';
import { runStatuses } from '../../../../src/shared/model.ts';

const BASE: RunSummary = {
  id: 'r1',
  name: 'Run 1',
  status: 'done',
  cause: null,
  recipe: { name: 'fast', detector: 'ddod-atss', backbone: 'resnet50' },
  snapshotHash: null,
  splitHash: null,
  device: null,
  codeVersion: null,
  seed: 0,
  notes: '',
  tags: [],
  starred: false,
  parent: null,
  queuePlace: null,
  createdAt: 1,
  startedAt: null,
  endedAt: null,
  trainedMs: 0,
  best: null,
  canResume: false,
  diverged: false,
  epochsDone: null,
  stepsKept: 0,
  bytes: 0,
};
const run = (part: Partial<RunSummary>): RunSummary => ({ ...BASE, ...part });
const ids = (runs: readonly RunSummary[]) => runs.map(({ id }) => id);
const ALL = { words: '', starred: false };
const NEWEST: RunOrder = { by: 'startedAt', falling: true };

const anyRun = fc.record({
  id: fc.integer({ min: 1, max: 999 }).map((n) => `r${n}`),
  status: fc.constantFrom(...runStatuses),
  best: fc.option(
    fc.record({
      AP: fc.double({ min: 0, max: 1, noNaN: true }),
      AP50: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  ),
  bytes: fc.nat(),
  createdAt: fc.nat(),
  startedAt: fc.option(fc.nat()),
  endedAt: fc.option(fc.nat()),
  trainedMs: fc.nat(),
  starred: fc.boolean(),
});

describe('the list of runs', () => {
  afterEach(() => speak(() => englishFormatter()));

  it('finds and orders runs by their status as the window says it', () => {
    const runs = [run({ id: 'r1', status: 'done' }), run({ id: 'r2', status: 'failed' })];
    const byStatus: RunOrder = { by: 'status', falling: false };
    expect(ids(listed(runs, ALL, byStatus))).toEqual(['r1', 'r2']);
    speak(() => catalogFormatter('de', { done: 'fertig', failed: 'abgebrochen' }));
    expect(ids(listed(runs, ALL, byStatus))).toEqual(['r2', 'r1']);
    expect(ids(listed(runs, { ...ALL, words: 'abgeb' }, NEWEST))).toEqual(['r2']);
    expect(ids(listed(runs, { ...ALL, words: 'failed' }, NEWEST))).toEqual(['r2']);
  });

  it('finds runs by words of their name, tags, notes, status and recipe', () => {
    const runs = [
      run({ id: 'r1', name: 'Long one', tags: ['night'] }),
      run({ id: 'r2', status: 'failed', cause: 'Memory ran out.', notes: 'larger images' }),
      run({
        id: 'r3',
        starred: true,
        recipe: { name: 'fast', detector: 'atss', backbone: 'efficientnet-lite0' },
      }),
    ];
    expect(ids(listed(runs, { words: '#night', starred: false }, NEWEST))).toEqual(['r1']);
    expect(ids(listed(runs, { words: 'FAILED larger', starred: false }, NEWEST))).toEqual(['r2']);
    expect(ids(listed(runs, { words: 'lite0', starred: false }, NEWEST))).toEqual(['r3']);
    expect(ids(listed(runs, { words: '', starred: true }, NEWEST))).toEqual(['r3']);
    expect(listed(runs, { words: 'nothing like it', starred: false }, NEWEST)).toEqual([]);
  });

  it('puts Run 10 after Run 9, and runs without the number last either way', () => {
    const runs = [
      run({ id: 'r10', name: 'Run 10' }),
      run({ id: 'r9', name: 'Run 9', best: { AP: 0.2, AP50: 0.5 } }),
    ];
    expect(ids(listed(runs, ALL, { by: 'name', falling: false }))).toEqual(['r9', 'r10']);
    expect(ids(listed(runs, ALL, { by: 'AP', falling: true }))).toEqual(['r9', 'r10']);
    expect(ids(listed(runs, ALL, { by: 'AP', falling: false }))).toEqual(['r9', 'r10']);
  });

  it('puts what waits to be started before the newest', () => {
    const runs = [
      run({ id: 'r1', startedAt: 5 }),
      run({ id: 'r3', status: 'queued' }),
      run({ id: 'r2', startedAt: 9 }),
    ];
    expect(ids(listed(runs, ALL, NEWEST))).toEqual(['r3', 'r2', 'r1']);
  });

  it('loses no run in any order, and leaves the given list as it was', () => {
    fc.assert(
      fc.property(
        fc.array(anyRun.map(run), { maxLength: 40 }),
        fc.constantFrom(...runColumns),
        fc.boolean(),
        (runs, by, falling) => {
          const before = [...runs];
          const after = listed(runs, ALL, { by, falling });
          expect(runs).toEqual(before);
          expect(new Set(after)).toEqual(new Set(runs));
          expect(after).toHaveLength(runs.length);
        },
      ),
    );
  });

  it('means the run that was chosen, else the best, the newer of equals', () => {
    const best = (AP: number) => ({ AP, AP50: AP });
    const runs = [
      run({ id: 'r4', createdAt: 4, best: best(0.1) }),
      run({ id: 'r2', createdAt: 2, best: best(0.25) }),
      run({ id: 'r1', createdAt: 1, best: best(0.25) }),
    ];
    expect(meantRun(runs, undefined)?.id).toBe('r2');
    expect(meantRun(runs, 'r4')?.id).toBe('r4');
    expect(meantRun(runs, 'r9')?.id).toBe('r2');
    expect(meantRun([], 'r1')).toBeUndefined();
  });

  it('turns an order round with the second click, and begins with the best', () => {
    expect(nextOrder(NEWEST, 'AP')).toEqual({ by: 'AP', falling: true });
    expect(nextOrder({ by: 'AP', falling: true }, 'AP')).toEqual({ by: 'AP', falling: false });
    expect(nextOrder(NEWEST, 'name')).toEqual({ by: 'name', falling: false });
  });

  it('counts the time of training alone', () => {
    expect(tookSeconds(run({ status: 'done', startedAt: 1000, endedAt: 161_000, trainedMs: 60_000 }))).toBe(
      60,
    );
    expect(tookSeconds(run({ status: 'running', startedAt: 1000, trainedMs: 60_000 }))).toBeNull();
    expect(tookSeconds(run({ status: 'queued' }))).toBeNull();
  });
});
