// Recipes and runs.
import type { CurveData, RunSummary } from '../../shared/contract.ts';
import type { Run } from '../../shared/model.ts';
import { recipeNames, resolveRecipe } from '../services/recipes.ts';
import { compact, os, type Parts } from './parts.ts';

const LOG_LINES = 400;

export function recipeRoutes() {
  return os.recipes.router({
    names: os.recipes.names.handler(() => recipeNames()),
    resolve: os.recipes.resolve.handler(({ input }) => resolveRecipe(compact(input))),
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
      training.start(workspace.project, resolveRecipe(compact(input))),
    ),
    pause: os.runs.pause.handler(() => training.pause()),
    resume: os.runs.resume.handler(({ input }) => training.resume(workspace.project, input.id)),
  });
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
  };
}

function curvesOf({ workspace }: Parts, id: string, maxPoints: number): CurveData[] {
  const { runs } = workspace.project;
  return runs.curves(id).map(({ name }) => {
    const points = runs.curve(id, name, { maxPoints });
    return {
      name,
      steps: points.map(({ step }) => step),
      values: points.map(({ value }) => (Number.isFinite(value) ? value : null)),
    };
  });
}
