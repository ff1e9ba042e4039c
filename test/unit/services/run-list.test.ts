// What the list says of a run.
import { describe, expect, it } from 'vitest';
import { openCheckpointStore } from '../../../src/main/db/checkpoint-store.ts';
import { extendedEpochs, runSummary } from '../../../src/main/services/run-list.ts';
import type { JsonObject } from '../../../src/shared/model.ts';
import { tinyRecipe } from '../trainer/sample-project.ts';
import { temporaryProject } from './temporary.ts';

describe('a run in the list', () => {
  it('counts epochs that are over, not the one it was paused in; longer is more than it came to', () => {
    const project = temporaryProject();
    const train = { ...tinyRecipe([], { epochs: 9 }) };
    project.runs.create({ recipe: train as unknown as JsonObject, seed: 1 });
    project.runs.setStatus('r1', 'paused');
    const store = openCheckpointStore(project.checkpoints.file);
    const save = (kind: 'pause' | 'last', epoch: number, finished: number) => {
      const state = { training: { sampler: { epoch: finished, position: 0 } } };
      store.save({ runId: 'r1', step: epoch * 10, epoch, kind, metrics: {}, state, tensors: [] });
    };
    const epochsDone = () => runSummary(project, project.runs.get('r1')).epochsDone;
    expect(epochsDone()).toBeNull();
    expect(runSummary(project, project.runs.get('r1')).stepsKept).toBe(0);
    save('pause', 1, 0);
    expect(epochsDone()).toBe(0);
    expect(runSummary(project, project.runs.get('r1')).stepsKept).toBe(10);
    expect(extendedEpochs(project, 'r1', 5)).toBe(14);
    save('last', 4, 4);
    expect(epochsDone()).toBe(4);
    // stopped early, as it made no progress
    project.runs.setStatus('r1', 'done');
    expect(extendedEpochs(project, 'r1', 5)).toBe(9);
    store.close();
  });
});
