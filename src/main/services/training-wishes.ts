// What a window or a command line asks to be trained, as a recipe and a start.
import { Problem } from '../../shared/problem.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import { withFittingWarmup } from '../../shared/warmup.ts';
import type { OpenProject } from './projects.ts';
import { builtInRecipe, type RecipeWishes, resolveRecipe, sets } from './recipes.ts';
import type { TrainingStart } from './training-plan.ts';

export interface ModelWishes extends RecipeWishes {
  /** Begin with the best weights of this run; its recipe too, where no preset is named. */
  readonly from?: string | undefined;
}

export interface StartWishes extends ModelWishes {
  readonly name?: string | undefined;
  readonly notes?: string | undefined;
  readonly seed?: number | undefined;
  readonly keepEvery?: number | undefined;
  /** `auto` where it is left out. */
  readonly init?: string | undefined;
}

/** The path of the warm-up's steps. */
const WARMUP = 'train.warmup.iterations';

/** The recipe on so many training images: a warm-up that nobody set takes a quarter of the training at most. */
export function fitted(recipe: Recipe, wishes: ModelWishes, images: number): Recipe {
  return sets(wishes, WARMUP) ? recipe : withFittingWarmup(recipe, images);
}

/** The recipe that the wishes ask for. Throws a Problem for a wish that makes no sense. */
export function recipeOf(project: OpenProject | undefined, wishes: ModelWishes): Recipe {
  const { from, preset } = wishes;
  if (from === undefined || project === undefined) return resolveRecipe(wishes);
  const parent = recipeSchema.parse(project.runs.get(from).recipe);
  return resolveRecipe(wishes, continuing(parent, preset === undefined ? parent : builtInRecipe(preset)));
}

/** What to start. Throws a Problem where the run to begin with has no weights. */
export function startOf(project: OpenProject, wishes: StartWishes): TrainingStart {
  const { name, notes, seed = 0, keepEvery, from, batch, lr, init = 'auto' } = wishes;
  return {
    recipe: recipeOf(project, wishes),
    seed,
    init,
    ...(name === undefined ? {} : { name }),
    ...(notes === undefined ? {} : { notes }),
    ...(keepEvery === undefined ? {} : { keepEvery }),
    ...(sets(wishes, WARMUP) ? {} : { fitsWarmup: true }),
    ...(batch === 'auto' && !sets(wishes, 'train.batch')
      ? { autoBatch: true, keepRate: lr !== undefined || sets(wishes, 'train.lr') }
      : {}),
    ...(from === undefined ? {} : weightsOf(project, from)),
  };
}

/** A run as it was to be, with half its learning rate. */
export function slowerStart(project: OpenProject, runId: string): TrainingStart {
  const run = project.runs.get(runId);
  const { recipe, plan } = { recipe: recipeSchema.parse(run.recipe), plan: project.runs.plan(run.id) };
  const train = { ...recipe.train, lr: recipe.train.lr / 2 };
  const { init, keepEvery, fromCheckpoint } = plan;
  if (fromCheckpoint !== undefined && run.parent === null)
    throw new Problem(`The run that ${run.name} began with is deleted.`, 'Train again from another one.');
  return {
    recipe: { ...recipe, train },
    seed: run.seed,
    init,
    ...(keepEvery === undefined ? {} : { keepEvery }),
    ...(run.parent === null ? {} : weightsOf(project, run.parent.runId)),
  };
}

function weightsOf(project: OpenProject, runId: string): Pick<TrainingStart, 'from' | 'fromCheckpoint'> {
  const { id } = project.runs.get(runId);
  return { from: id, fromCheckpoint: project.checkpoints.chosen(id).id };
}

/** The network of a trained run with the numbers of `recipe`; what it predicts is worth asking from the first step. */
function continuing(parent: Recipe, recipe: Recipe): Recipe {
  const { detector, backbone, frozen, channels, stackedConvs, normGroups, disentangle } = parent;
  const network = { detector, backbone, frozen, channels, stackedConvs, normGroups, disentangle };
  return { ...recipe, ...network, assigner: { ...recipe.assigner, plainPart: 0, rampPart: 0 } };
}
