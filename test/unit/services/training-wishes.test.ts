// What a window asks for, as what is started.
import { describe, expect, it } from 'vitest';
import { LiveState } from '../../../src/main/services/live-state.ts';
import { startOf } from '../../../src/main/services/training-wishes.ts';
import type { JsonObject } from '../../../src/shared/model.ts';
import { temporaryProject } from './temporary.ts';

describe('a start as wished', () => {
  it('probes its batch where that is asked for, and keeps a rate that was chosen', () => {
    const project = temporaryProject();
    const plan = (...[wishes]: [Parameters<typeof startOf>[1]]) => {
      const { recipe, seed, ...rest } = startOf(project, wishes);
      return rest;
    };
    expect(plan({ preset: 'fast' })).toEqual({ init: 'auto', fitsWarmup: true });
    expect(plan({ preset: 'fast', batch: 'auto' })).toEqual({
      init: 'auto',
      autoBatch: true,
      fitsWarmup: true,
      keepRate: false,
    });
    expect(plan({ batch: 'auto', set: ['train.lr=0.02'] })).toMatchObject({ keepRate: true });
    expect(plan({ batch: 'auto', set: ['train.batch=3', 'train.warmup.iterations=9'] })).toEqual({
      init: 'auto',
    });
  });
});

describe('where a training stands', () => {
  it('says while it looks for the batch, and shows the one that was found', () => {
    const project = temporaryProject();
    const { recipe } = startOf(project, { preset: 'fast', batch: 'auto' });
    const run = project.runs.create({ recipe: recipe as unknown as JsonObject, seed: 0 });
    const state = new LiveState(run);
    expect(state.hear({ type: 'probing' })?.phase).toBe('probing');
    const probed = { ...recipe, train: { ...recipe.train, batch: 2 } };
    expect(state.hear({ type: 'probed', recipe: probed })).toMatchObject({ phase: 'starting', batch: 2 });
    state.ask('pausing');
    expect(state.hear({ type: 'probing' })?.phase).toBe('pausing');
  });
});
