// How long a training will take: from what earlier runs of this project took, or from a known speed of this kind of work.
import type { TimeEstimate } from '../../shared/contract/recipes.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import { type Computer, thisComputer } from './computer.ts';
import type { OpenProject } from './projects.ts';

/** Images a second of the `fast` recipe (320 x 256 as the network sees them) on two cores with AVX2: README's table. */
const KNOWN_RATE = 7;
const KNOWN_PIXELS = 320 * 256;
const KNOWN_CORES = 2;
/** A pass without gradients takes about a third of a step's time. */
const EVALUATION_COST = 0.35;
/** Seconds until the first step: the process, the network, the first images. */
const START = 8;

interface Work {
  readonly train: number;
  readonly val: number;
}

/** The time that `recipe` takes on these many images; null for a GPU on which nothing like it was trained yet. */
export function estimateTime(
  project: OpenProject,
  recipe: Recipe,
  { train, val }: Work,
  computer: Computer = thisComputer(),
): TimeEstimate | null {
  const measured = measuredRate(project, recipe, computer);
  const rate = measured ?? knownRate(recipe, computer);
  if (rate === undefined) return null;
  const { epochs, batch, accumulate, evalEvery } = recipe.train;
  const steps = Math.ceil(train / (batch * accumulate)) * epochs;
  // the end is evaluated as well
  const evaluations = Math.ceil(epochs / evalEvery);
  const seconds = START + (epochs * train + evaluations * val * EVALUATION_COST) / rate;
  return {
    seconds,
    steps,
    secondsPerStep: Math.min(batch * accumulate, train) / rate,
    from: measured === undefined ? 'scale' : 'measured',
  };
}

/** Images a second of the newest run whose work an image is within a factor of four of this one's, scaled by it. */
function measuredRate(project: OpenProject, recipe: Recipe, { gpu }: Computer): number | undefined {
  for (const run of project.runs.list()) {
    const other = recipeSchema.safeParse(run.recipe);
    if (!other.success || other.data.backbone !== recipe.backbone) continue;
    if (gpu !== (run.device?.startsWith('GPU') ?? gpu)) continue;
    const ratio = workOf(other.data) / workOf(recipe);
    const points = project.runs.curve(run.id, 'images_per_second', { maxPoints: 60 });
    const rates = points
      .map(({ value }) => value)
      .filter((value) => value > 0)
      .sort((a, b) => a - b);
    const median = rates[rates.length >> 1];
    if (median !== undefined && rates.length >= 3 && ratio > 0.25 && ratio < 4) return median * ratio;
  }
  return undefined;
}

function knownRate(recipe: Recipe, { gpu, cores }: Computer): number | undefined {
  if (gpu) return undefined;
  // more cores help less and less
  return (KNOWN_RATE * (cores / KNOWN_CORES) ** 0.7) / workOf(recipe);
}

/** Work an image, as a part of the `fast` recipe's. */
export function workOf({ input, channels, stackedConvs, backbone }: Recipe): number {
  const areas = input.scales.map(({ long, short }) => long * Math.min(short, long * 0.8));
  const pixels = areas.reduce((sum, area) => sum + area, 0) / areas.length;
  const head = (channels / 96) ** 2 * ((stackedConvs + 1) / 3);
  return (pixels / KNOWN_PIXELS) * (0.6 * backboneWork(backbone) + 0.4 * head);
}

function backboneWork(backbone: Recipe['backbone']): number {
  if (backbone.startsWith('efficientnet'))
    return { lite0: 1, lite1: 1.5, lite2: 2.2 }[backbone.slice(13)] ?? 1;
  const depth = Number(/\d+/.exec(backbone)?.[0] ?? 50);
  return { 18: 4, 34: 8, 50: 9, 101: 17 }[depth] ?? 9;
}

/** "6 minutes", as a person says it. */
export function spokenTime(seconds: number): string {
  if (seconds < 90) return `${Math.max(10, Math.round(seconds / 10) * 10)} seconds`;
  const minutes = seconds / 60;
  if (minutes < 90) return `${Math.round(minutes)} minutes`;
  const hours = minutes / 60;
  return hours < 10 ? `${(Math.round(hours * 2) / 2).toString()} hours` : `${Math.round(hours)} hours`;
}
