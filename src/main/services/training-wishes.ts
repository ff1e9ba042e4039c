// What a window asks to be trained, as a recipe and a start.
import type { TrainingWishes } from '../../shared/contract/recipes.ts';
import type { TrainingStartInput } from '../../shared/contract/training.ts';
import type { Checkpoint } from '../../shared/model.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import type { OpenProject } from './projects.ts';
import { builtInRecipe, resolveRecipe } from './recipes.ts';
import type { TrainingStart } from './training-plan.ts';

/** The recipe that the wishes ask for. Throws a Problem for a wish that makes no sense. */
export function recipeOf(project: OpenProject | undefined, wishes: TrainingWishes): Recipe {
  const { preset, epochs, size, batch, set, from } = wishes;
  const named = preset === undefined ? {} : { preset };
  const plain = {
    ...named,
    ...(epochs === undefined ? {} : { epochs }),
    ...(size === undefined ? {} : { size }),
    ...(typeof batch === 'number' ? { batch } : {}),
    ...(set === undefined ? {} : { set }),
  };
  if (from === undefined || project === undefined) return resolveRecipe(plain);
  const parent = recipeSchema.parse(project.runs.get(from).recipe);
  return resolveRecipe(plain, continuing(parent, preset === undefined ? parent : builtInRecipe(preset)));
}

/** What to start. Throws a Problem where the run to begin with has no weights. */
export function startOf(project: OpenProject, input: TrainingStartInput): TrainingStart {
  const { name, notes, seed = 0, keepEvery, from, batch } = input;
  return {
    recipe: recipeOf(project, input),
    seed,
    init: 'auto',
    ...(name === undefined ? {} : { name }),
    ...(notes === undefined ? {} : { notes }),
    ...(keepEvery === undefined ? {} : { keepEvery }),
    ...(batch === 'auto' ? { autoBatch: true } : {}),
    ...(from === undefined ? {} : { from, fromCheckpoint: weightsOf(project, from).id }),
  };
}

function weightsOf(project: OpenProject, runId: string): Checkpoint {
  return project.checkpoints.chosen(project.runs.get(runId).id);
}

/** The network of a trained run with the numbers of `recipe`; what it predicts is worth asking from the first step. */
function continuing(parent: Recipe, recipe: Recipe): Recipe {
  const { detector, backbone, frozen, channels, stackedConvs, normGroups, disentangle } = parent;
  const network = { detector, backbone, frozen, channels, stackedConvs, normGroups, disentangle };
  return { ...recipe, ...network, assigner: { ...recipe.assigner, plainPart: 0, rampPart: 0 } };
}
