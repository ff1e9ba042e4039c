// Recipes: the built-in ones, and what a user's wishes make of them. Everything is resolved before a run starts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Problem } from '../../shared/problem.ts';
import {
  type BackboneName,
  backboneNames,
  detectorNames,
  LARGEST_SIDE,
  type Recipe,
  recipeSchema,
  SMALLEST_SIDE,
} from '../../shared/recipe.ts';

export interface RecipeWishes {
  readonly preset?: string | undefined;
  readonly detector?: string | undefined;
  readonly backbone?: string | undefined;
  /** `N` for a square of N pixels, `WxH` for the longer and the shorter side. */
  readonly size?: string | undefined;
  readonly epochs?: number | undefined;
  /** `auto`: the preset's, until a probe has found how many fit in memory. */
  readonly batch?: number | 'auto' | undefined;
  readonly lr?: number | undefined;
  readonly precision?: string | undefined;
  /** `train.ema=0.99`: any value of the recipe by its path. */
  readonly set?: readonly string[] | undefined;
}

type Decay = Recipe['train']['decay'];

const folder = process.env.DDOD_RESOURCES ?? fileURLToPath(new URL('../../../resources', import.meta.url));

/** The names of the built-in recipes. */
export function recipeNames(): string[] {
  return readdirSync(join(folder, 'recipes'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace('.json', ''))
    .sort();
}

/** A built-in recipe. Throws a Problem that lists the names where there is none of this one. */
export function builtInRecipe(name: string): Recipe {
  if (!recipeNames().includes(name)) {
    throw new Problem(`There is no recipe "${name}".`, `Choose one of ${recipeNames().join(', ')}.`);
  }
  return recipeSchema.parse(JSON.parse(readFileSync(join(folder, 'recipes', `${name}.json`), 'utf8')));
}

/** The recipe that the wishes make of a preset. Throws a Problem for a wish that makes no sense. */
export function resolveRecipe(
  wishes: RecipeWishes,
  preset: Recipe = builtInRecipe(wishes.preset ?? 'fast'),
): Recipe {
  const { set = [] } = wishes;
  const led = { ...wishes, ...leaders(set) };
  const wished = [detectorWish, backboneWish, sizeWish, trainWish].reduce(
    (recipe, wish) => wish(recipe, led),
    preset,
  );
  const recipe = checked(set.reduce(setValue, wished));
  for (const { long, short } of recipe.input.scales) assertSides(long, short, `${long}x${short}`);
  return recipe;
}

/** True where a value of the recipe is set by its path. */
export function sets({ set = [] }: Pick<RecipeWishes, 'set'>, path: string): boolean {
  return set.some((assignment) => assigned(assignment).path === path);
}

/** Wishes that other values follow, and that have no option of their own. */
interface LedWishes extends RecipeWishes {
  readonly accumulate?: number;
  readonly decay?: Decay['kind'];
}

/** What is set that other values follow, as the wish for it: what is set beside it is set last and stays. */
function leaders(set: readonly string[]): LedWishes {
  const values = new Map(set.map((assignment) => [assigned(assignment).path, assigned(assignment).value]));
  const [backbone, decay] = ['backbone', 'train.decay.kind'].map((path) => values.get(path));
  const count = (path: string) => z.int().positive().safeParse(values.get(path)).data;
  const [epochs, batch, accumulate] = ['train.epochs', 'train.batch', 'train.accumulate'].map(count);
  return {
    ...(typeof backbone === 'string' && { backbone }),
    ...(epochs !== undefined && { epochs }),
    ...(batch !== undefined && { batch }),
    ...(accumulate !== undefined && { accumulate }),
    ...((decay === 'step' || decay === 'cosine') && { decay }),
  };
}

/** The recipe for `epochs` epochs in all, with its learning-rate steps moved in proportion. */
export function withEpochs(recipe: Recipe, epochs: number): Recipe {
  const { decay } = recipe.train;
  const factor = epochs / recipe.train.epochs;
  const moved =
    decay.kind === 'step'
      ? { ...decay, milestones: decay.milestones.map((m) => Math.max(1, Math.round(m * factor))) }
      : decay;
  return checked({ ...recipe, train: { ...recipe.train, epochs, decay: moved } });
}

function detectorWish(recipe: Recipe, { detector }: RecipeWishes): Recipe {
  if (detector === undefined) return recipe;
  return { ...recipe, detector: oneOf('detector', detector, detectorNames) };
}

function backboneWish(recipe: Recipe, wishes: RecipeWishes): Recipe {
  if (wishes.backbone === undefined) return recipe;
  const backbone = oneOf('backbone', wishes.backbone, backboneNames);
  return { ...recipe, backbone, frozen: frozenDefault(backbone) };
}

/** What the references freeze: three blocks of an EfficientNet, the stem and the first stage of a ResNet. */
function frozenDefault(backbone: BackboneName): number {
  return backbone.startsWith('efficientnet') ? 3 : 1;
}

function sizeWish(recipe: Recipe, { size }: RecipeWishes): Recipe {
  if (size === undefined) return recipe;
  const match = /^(\d+)(?:x(\d+))?$/.exec(size);
  const sides =
    match
      ?.slice(1)
      .filter((side) => side !== undefined)
      .map(Number) ?? [];
  const [long, short] = [Math.max(...sides), Math.min(...sides)];
  assertSides(long, match === null ? 0 : short, size);
  return { ...recipe, input: { ...recipe.input, scales: [{ long, short }] } };
}

function assertSides(long: number, short: number, size: string): void {
  if (short >= SMALLEST_SIDE && long <= LARGEST_SIDE) return;
  throw new Problem(
    `"${size}" is not an image size.`,
    `Give one side or WxH, from ${SMALLEST_SIDE} to ${LARGEST_SIDE} pixels: 320 or 1333x800.`,
  );
}

function trainWish(recipe: Recipe, wishes: LedWishes): Recipe {
  const { epochs, lr, precision } = wishes;
  if (precision !== undefined && precision !== 'auto' && precision !== 'fp32') {
    throw new Problem(`Training in ${precision} is not there yet.`, 'Use --precision fp32.');
  }
  const timed = epochs === undefined ? recipe : withEpochs(recipe, epochs);
  const { train } = timed;
  const { accumulate = train.accumulate } = wishes;
  const batch = typeof wishes.batch === 'number' ? wishes.batch : train.batch;
  // the learning rate goes with the images an update (Goyal et al. 2017)
  const scaled = train.lr * ((batch * accumulate) / (train.batch * train.accumulate));
  const decay = decayOf(train, wishes.decay);
  return { ...timed, train: { ...train, batch, accumulate, lr: lr ?? scaled, decay } };
}

/** Another way to fall begins with the numbers that the built-in recipes have for it. */
function decayOf({ decay, epochs }: Recipe['train'], kind: Decay['kind'] = decay.kind): Decay {
  if (kind === decay.kind) return decay;
  if (kind === 'cosine') return { kind, finalRatio: 0.01 };
  const after = (part: number) => Math.max(1, Math.round(epochs * part));
  return { kind, milestones: [after(8 / 12), after(11 / 12)], gamma: 0.1 };
}

function oneOf<T extends string>(what: string, name: string, names: readonly T[]): T {
  const found = names.find((known) => known === name);
  if (found === undefined) {
    throw new Problem(
      `"${name}" is not a ${what} that can be trained.`,
      `Choose one of ${names.join(', ')}.`,
    );
  }
  return found;
}

/** The two sides of `train.epochs=12`. */
function assigned(assignment: string): { readonly path: string; readonly value: unknown } {
  const [path = '', ...rest] = assignment.split('=');
  if (rest.length === 0) throw new Problem(`"${assignment}" sets nothing.`, 'Write it as train.epochs=12.');
  return { path, value: parseValue(rest.join('=')) };
}

function setValue(recipe: Recipe, assignment: string): Recipe {
  const { path, value } = assigned(assignment);
  const copy = structuredClone(recipe) as unknown as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at: Record<string, unknown> = copy;
  for (const key of keys)
    at = Object(Object.hasOwn(at, key) ? at[key] : undefined) as Record<string, unknown>;
  if (!Object.hasOwn(at, last)) {
    throw new Problem(`A recipe has no value "${path}".`, 'See the values with "ddod train --show-recipe".');
  }
  at[last] = value;
  return copy as unknown as Recipe;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function checked(recipe: Recipe): Recipe {
  const result = recipeSchema.safeParse(recipe);
  if (!result.success) {
    const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Problem(
      `The recipe does not hold together: ${faults.join('; ')}.`,
      'See what each value may be with "ddod train --show-recipe".',
    );
  }
  const { channels, normGroups } = result.data;
  if (channels % normGroups === 0) return result.data;
  throw new Problem(
    `The recipe does not hold together: ${channels} channels do not divide into ${normGroups} groups.`,
    'Choose a width of the head that is a multiple of its groups of channels.',
  );
}
