// Recipes and runs.
import { augmentedImages } from '../services/augment-preview.ts';
import { overlay, runCurves } from '../services/curves.ts';
import { adviseRecipe } from '../services/recipe-advice.ts';
import { recipeNames } from '../services/recipes.ts';
import { compareRuns } from '../services/run-comparison.ts';
import {
  checkpointInfos,
  extendedEpochs,
  hasCurrentLabels,
  lineage,
  runSummaries,
} from '../services/run-list.ts';
import { runPredictions } from '../services/run-predictions.ts';
import { removalOf, removeRun, thinRun } from '../services/run-removal.ts';
import { inSlices } from '../services/slices.ts';
import { slowerStart, startOf } from '../services/training-wishes.ts';
import { compact, os, type Parts, progressOf } from './parts.ts';

const LOG_LINES = 400;

export function recipeRoutes({ workspace }: Parts) {
  return os.recipes.router({
    names: os.recipes.names.handler(() => recipeNames()),
    advise: os.recipes.advise.handler(({ input }) => inSlices(adviseRecipe(workspace.project, input))),
    augmented: os.recipes.augmented.handler(({ input }) => augmentedImages(workspace.project, input)),
  });
}

export function runRoutes(parts: Parts) {
  return os.runs.router({ ...lookingRoutes(parts), ...trainingRoutes(parts), ...changingRoutes(parts) });
}

/** What reads and changes nothing. */
function lookingRoutes({ workspace, training }: Parts) {
  return {
    list: os.runs.list.handler(() => inSlices(runSummaries(workspace.project))),
    live: os.runs.live.handler(() => training.live),
    curves: os.runs.curves.handler(({ input: { id, ...range } }) =>
      inSlices(runCurves(workspace.project, id, compact(range))),
    ),
    overlay: os.runs.overlay.handler(({ input: { ids, ...wish } }) =>
      inSlices(overlay(workspace.project, ids, compact(wish))),
    ),
    log: os.runs.log.handler(({ input }) => workspace.project.runs.logTail(input.id, LOG_LINES)),
    checkpoints: os.runs.checkpoints.handler(({ input }) => checkpointInfos(workspace.project, input.id)),
    removal: os.runs.removal.handler(({ input }) => removalOf(workspace.project, input.id)),
    lineage: os.runs.lineage.handler(({ input }) => lineage(workspace.project, input.id)),
    hasCurrentLabels: os.runs.hasCurrentLabels.handler(({ input }) =>
      hasCurrentLabels(workspace.project, input.id),
    ),
    compare: os.runs.compare.handler(({ input }) => compareRuns(workspace.project, input.ids)),
    predictions: os.runs.predictions.handler(({ input }) =>
      inSlices(runPredictions(workspace.project, input.id, input.step)),
    ),
  };
}

/** What starts, ends and orders trainings. */
function trainingRoutes(parts: Parts) {
  const { workspace, training, tell } = parts;
  const inQueue = (work: () => void) => {
    work();
    tell({ type: 'runs' });
  };
  return {
    start: os.runs.start.handler(({ input, context: { session }, signal }) => {
      const onProgress = progressOf(parts, session);
      return training.start(workspace.project, startOf(workspace.project, input), { onProgress, signal });
    }),
    startSlower: os.runs.startSlower.handler(({ input: { id }, context: { session }, signal }) => {
      const onProgress = progressOf(parts, session);
      return training.start(workspace.project, slowerStart(workspace.project, id), { onProgress, signal });
    }),
    pause: os.runs.pause.handler(({ input }) => training.pause(input.id)),
    stop: os.runs.stop.handler(({ input }) => training.stop(input.id)),
    unstop: os.runs.unstop.handler(({ input }) => training.unstop(input.id)),
    kill: os.runs.kill.handler(({ input }) => training.kill(input.id)),
    isHeld: os.runs.isHeld.handler(() => training.isHeld(workspace.project)),
    release: os.runs.release.handler(() => training.release(workspace.project)),
    resume: os.runs.resume.handler(({ input }) => training.resume(workspace.project, input.id)),
    extend: os.runs.extend.handler(({ input: { id, epochs } }) =>
      training.resume(workspace.project, id, extendedEpochs(workspace.project, id, epochs)),
    ),
    order: os.runs.order.handler(({ input }) => inQueue(() => workspace.project.queue.order(input.ids))),
    unqueue: os.runs.unqueue.handler(({ input }) => inQueue(() => workspace.project.queue.leave(input.id))),
  };
}

/** What a person says of runs, and what is thrown away of them. */
function changingRoutes({ workspace, training, tell }: Parts) {
  return {
    change: os.runs.change.handler(({ input: { id, ...change } }) => {
      const run = workspace.project.runs.change(id, compact(change));
      tell({ type: 'runs' });
      return run;
    }),
    remove: os.runs.remove.handler(async ({ input }) => {
      const freed = await removeRun(workspace.project, input.id, training.live !== null);
      tell({ type: 'runs' });
      return freed;
    }),
    thin: os.runs.thin.handler(async ({ input: { id, every } }) => {
      const freed = await thinRun(workspace.project, id, every, training.live !== null);
      tell({ type: 'runs' });
      return freed;
    }),
  };
}
