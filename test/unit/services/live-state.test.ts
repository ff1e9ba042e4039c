// Where a training stands, as it is put together from what its process says.
import { totalmem } from 'node:os';
import { expect, it } from 'vitest';
import { LiveState } from '../../../src/main/services/live-state.ts';
import { resolveRecipe } from '../../../src/main/services/recipes.ts';
import type { JsonObject } from '../../../src/shared/model.ts';
import { temporaryProject } from './temporary.ts';

it('tells how much memory a training takes, took at most, and could have', () => {
  const { runs } = temporaryProject();
  const run = runs.create({ recipe: resolveRecipe({}) as unknown as JsonObject, seed: 0 });
  const state = new LiveState(run);
  expect(state.live).toMatchObject({ memoryMB: null, memoryPeakMB: null });
  expect(state.live.memoryTotalMB).toBeGreaterThan(100);
  expect(state.live.memoryTotalMB).toBeLessThanOrEqual(totalmem() / 1e6);
  const metrics = { memory_mb: 800, memory_peak_mb: 950 };
  const live = state.hear({ type: 'step', step: 1, epoch: 1, metrics });
  expect(live).toMatchObject({ memoryMB: 800, memoryPeakMB: 950 });
});

it('says which epoch a run that is made longer goes on with', () => {
  const { runs } = temporaryProject();
  const recipe = resolveRecipe({ epochs: 6 }) as unknown as JsonObject;
  const run = runs.create({ recipe, seed: 0 });
  expect(new LiveState(run).live).toMatchObject({ epoch: 1, epochs: 6 });
  expect(new LiveState(run, 1, 4).live).toMatchObject({ epoch: 5, epochs: 6 });
  expect(new LiveState(run, 1, 6).live).toMatchObject({ epoch: 6, epochs: 6 });
});
