import { describe, expect, it } from 'vitest';
import { percent, sizeWords } from '../../../../src/renderer/views/figures.ts';
import {
  durationWords,
  phaseWords,
  progressOf,
  windowTitle,
} from '../../../../src/renderer/views/train/words.ts';
import type { LiveRun } from '../../../../src/shared/contract.ts';

const LIVE: LiveRun = {
  runId: 'r1',
  phase: 'training',
  step: 30,
  steps: 120,
  epoch: 2,
  epochs: 8,
  secondsPerStep: 1,
  imagesPerSecond: 8,
  secondsLeft: 90,
  evaluated: null,
  batch: 8,
  parts: 1,
  memoryMB: null,
  memoryPeakMB: null,
  memoryTotalMB: 8000,
  AP: null,
  AP50: null,
  told: null,
};

describe('a training in words', () => {
  it('says times as one would', () => {
    expect([0, 12.4, 89, 90, 3599, 4800, 200_000].map(durationWords)).toEqual([
      '1 s',
      '12 s',
      '89 s',
      '2 min',
      '1 h 0 min',
      '1 h 20 min',
      '2 days',
    ]);
  });

  it('says sizes with three digits', () => {
    expect([0, 999, 38_200_000, 1.5e9].map(sizeWords)).toEqual(['0 B', '999 B', '38.2 MB', '1.50 GB']);
  });

  it('says AP in per cent, and a dash where there is none', () => {
    expect([0.4567, 0, -1, null, undefined].map(percent)).toEqual(['45.7', '0.0', '–', '–', '–']);
  });

  it('says what it is doing', () => {
    expect(phaseWords(LIVE)).toBe('learning, epoch 2 of 8');
    expect(phaseWords({ ...LIVE, phase: 'evaluating', evaluated: { done: 3, of: 9 } })).toBe(
      'testing image 3 of 9',
    );
    expect(phaseWords({ ...LIVE, phase: 'stopping' })).toBe('stopping after epoch 2');
    expect(phaseWords({ ...LIVE, phase: 'evaluating' })).toBe('testing');
  });

  it("tells the progress in the window's title", () => {
    expect(progressOf({ ...LIVE, steps: 0 })).toBeNull();
    expect(windowTitle('Cells', LIVE)).toBe('25 %, 2 min left — Cells — DDOD Studio');
    expect(windowTitle('Cells', { ...LIVE, steps: 0, secondsLeft: null })).toBe('… — Cells — DDOD Studio');
    expect(windowTitle('Cells', null)).toBe('Cells — DDOD Studio');
    expect(windowTitle(undefined, null)).toBe('DDOD Studio');
  });
});
