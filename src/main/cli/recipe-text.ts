// A recipe in a few lines of plain words, printed before the start.
import type { Recipe } from '../../shared/recipe.ts';

/** `autoBatch`: the batch is found before the first step. */
export function describeRecipe(recipe: Recipe, autoBatch = false): string {
  const { train, input, test } = recipe;
  const sizes = input.scales
    .map(({ long, short }) => (long === short ? `${long}` : `${long}x${short}`))
    .join(', ');
  const lines = [
    `${recipe.name}: ${recipe.description}`,
    `  network   ${recipe.detector}, ${recipe.backbone} (${frozenText(recipe.frozen)}), ${recipe.channels} channels, ${recipe.stackedConvs} convolutions a tower`,
    `  images    ${sizes} pixels, ${input.resample} resize, mirrored with chance ${recipe.augment.flip}${recipe.augment.photometric ? ', colours varied' : ''}${recipe.augment.crop ? ', random windows' : ''}`,
    `  training  ${train.epochs} epochs, batch ${autoBatch ? 'as memory allows' : train.batch}${train.accumulate > 1 ? ` x ${train.accumulate}` : ''}, learning rate ${train.lr}, ${decayText(recipe)}${train.ema === null ? '' : `, mean of weights ${train.ema}`}`,
    `  labels    ${assignmentText(recipe)}`,
    `  testing   score above ${test.scoreThresh}, NMS ${test.nmsThresh}, at most ${test.maxPerImage} a picture`,
  ];
  return lines.join('\n');
}

function frozenText(frozen: number): string {
  return frozen < 0 ? 'nothing frozen' : `stem and first ${frozen} frozen`;
}

function decayText({ train: { decay, warmup } }: Recipe): string {
  const start = `${warmup.iterations} steps of warm-up`;
  const fall =
    decay.kind === 'step'
      ? `x${decay.gamma} after epochs ${decay.milestones.join(' and ')}`
      : 'falling by a cosine';
  return `${start}, ${fall}`;
}

function assignmentText({ detector, disentangle, assigner }: Recipe): string {
  if (detector === 'atss' || !disentangle.assignment) return 'ATSS';
  if (assigner.plainPart === 0 && assigner.rampPart === 0) return 'cost-aware ATSS, apart for class and box';
  const plain = Math.round(assigner.plainPart * 100);
  return `ATSS for the first ${plain} %, then cost-aware and apart for class and box, levels weighed`;
}
