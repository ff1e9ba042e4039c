// Recipes and runs.
import type { CurveData, RunSummary, TrainingWishes } from '../../shared/contract.ts';
import type { Run } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { type RecipeWishes, recipeNames, resolveRecipe } from '../services/recipes.ts';
import { compact, os, type Parts } from './parts.ts';

const LOG_LINES = 400;

export function recipeRoutes() {
  return os.recipes.router({
    names: os.recipes.names.handler(() => recipeNames()),
    resolve: os.recipes.resolve.handler(({ input }) => resolveRecipe(wishesOf(input))),
    advise: os.recipes.advise.handler(() => notYet()),
    augmented: os.recipes.augmented.handler(() => notYet()),
  });
}

export function runRoutes(parts: Parts) {
  const { workspace, training } = parts;
  return os.runs.router({
    list: os.runs.list.handler(() => workspace.project.runs.list().map((run) => summaryOf(parts, run))),
    live: os.runs.live.handler(() => training.live),
    curves: os.runs.curves.handler(({ input }) => curvesOf(parts, input.id, input.maxPoints)),
    log: os.runs.log.handler(({ input }) => workspace.project.runs.logTail(input.id, LOG_LINES)),
    start: os.runs.start.handler(({ input }) =>
      training.start(workspace.project, resolveRecipe(wishesOf(input))),
    ),
    pause: os.runs.pause.handler(() => training.pause()),
    resume: os.runs.resume.handler(({ input }) => training.resume(workspace.project, input.id)),
    overlay: os.runs.overlay.handler(({ input: { ids, name, maxPoints } }) =>
      ids.map((id) => ({ runId: id, ...curveOf(parts, id, name, maxPoints) })),
    ),
    change: os.runs.change.handler(({ input: { id, ...change } }) => {
      const run = workspace.project.runs.change(id, compact(change));
      parts.tell({ type: 'runs' });
      return run;
    }),
    stop: os.runs.stop.handler(() => notYet()),
    kill: os.runs.kill.handler(() => notYet()),
    extend: os.runs.extend.handler(() => notYet()),
    order: os.runs.order.handler(() => notYet()),
    unqueue: os.runs.unqueue.handler(() => notYet()),
    remove: os.runs.remove.handler(() => notYet()),
    checkpoints: os.runs.checkpoints.handler(() => notYet()),
    thin: os.runs.thin.handler(() => notYet()),
    lineage: os.runs.lineage.handler(() => notYet()),
    compare: os.runs.compare.handler(() => notYet()),
    predictions: os.runs.predictions.handler(() => notYet()),
  });
}

function notYet(): never {
  throw new Problem('This is not there yet.');
}

function wishesOf({ batch, from: _, ...wishes }: TrainingWishes): RecipeWishes {
  return { ...compact(wishes), ...(typeof batch === 'number' ? { batch } : {}) };
}

function summaryOf({ workspace, training }: Parts, run: Run): RunSummary {
  const checkpoints = workspace.project.checkpoints.list(run.id);
  const best = checkpoints.find(({ kind }) => kind === 'best');
  const { AP, AP50 } = best?.metrics ?? {};
  const isLive = training.live?.runId === run.id;
  return {
    ...run,
    best: typeof AP === 'number' && typeof AP50 === 'number' ? { AP, AP50 } : null,
    canResume: !isLive && run.status !== 'done' && checkpoints.length > 0,
    epochsDone: checkpoints[0]?.epoch ?? null,
    bytes: checkpoints.reduce((sum, checkpoint) => sum + checkpoint.bytes, 0),
  };
}

function curvesOf(parts: Parts, id: string, maxPoints: number): CurveData[] {
  const { runs } = parts.workspace.project;
  return runs.curves(id).map(({ name }) => curveOf(parts, id, name, maxPoints));
}

function curveOf({ workspace }: Parts, id: string, name: string, maxPoints: number): CurveData {
  const points = workspace.project.runs.curve(id, name, { maxPoints });
  return {
    name,
    steps: points.map(({ step }) => step),
    values: points.map(({ value }) => (Number.isFinite(value) ? value : null)),
  };
}
