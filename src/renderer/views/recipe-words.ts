// A recipe in words, for someone who has not read the paper.
import type { Recipe } from '../../shared/recipe.ts';

export interface RecipeLine {
  readonly what: string;
  readonly words: string;
}

export function recipeInWords(recipe: Recipe): RecipeLine[] {
  const { train, input, disentangle } = recipe;
  const sizes = [
    ...new Set(input.scales.map(({ long, short }) => (long === short ? `${long}` : `${long}×${short}`))),
  ];
  const shownSizes = sizes.length > 3 ? `${sizes[0]} to ${sizes.at(-1)}` : sizes.join(', ');
  const parts = [
    disentangle.assignment && 'labels assigned apart for class and box',
    disentangle.features && 'features apart for class and box',
    disentangle.pyramid && 'levels weighed by their positives',
  ].filter((part) => part !== false);
  const isDdod = recipe.detector !== 'atss';
  return [
    { what: 'Network', words: `${recipe.backbone}, ${recipe.channels} channels` },
    { what: 'Detector', words: isDdod ? `DDOD: ${parts.join(', ') || 'every part off'}` : 'ATSS' },
    { what: 'Images', words: `${shownSizes} pixels${augmentWords(recipe)}` },
    {
      what: 'Training',
      words: `${epochsOf(train.epochs)}, ${train.batch} images a step, learning rate ${train.lr}`,
    },
    { what: 'Checks', words: `AP on the validation images ${checkWords(recipe)}` },
  ];
}

function epochsOf(count: number): string {
  return count === 1 ? '1 epoch' : `${count} epochs`;
}

function checkWords({ train: { evalEvery, epochs } }: Recipe): string {
  if (evalEvery === 1) return 'after every epoch';
  return evalEvery < epochs ? `every ${evalEvery} epochs and at the end` : 'at the end';
}

function augmentWords({ augment }: Recipe): string {
  const parts = [
    augment.flip > 0 && 'mirrored at random',
    augment.photometric && 'colours varied',
    augment.crop && 'random windows',
  ].filter((part) => part !== false);
  return parts.length > 0 ? `, ${parts.join(', ')}` : '';
}
