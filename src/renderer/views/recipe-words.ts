// A recipe in words, for someone who has not read the paper.
import type { Recipe } from '../../shared/recipe.ts';
import { t } from '../words/words.ts';

export interface RecipeLine {
  readonly what: string;
  readonly words: string;
}

export function recipeInWords(recipe: Recipe): RecipeLine[] {
  const { train, backbone, channels } = recipe;
  return [
    { what: t('Network'), words: t('{backbone}, {channels} channels', { backbone, channels }) },
    { what: t('Detector'), words: detectorWords(recipe) },
    {
      what: t('Images'),
      words: listWords([t('{sizes} pixels', { sizes: sizesOf(recipe) }), ...augmentWords(recipe)]),
    },
    {
      what: t('Training'),
      words: t(
        '{epochs, plural, one {# epoch} other {# epochs}}, {batch, plural, one {# image} other {# images}} a step, learning rate {rate}',
        { epochs: train.epochs, batch: train.batch, rate: train.lr },
      ),
    },
    { what: t('Checks'), words: checkWords(recipe) },
  ];
}

function detectorWords({ detector, disentangle }: Recipe): string {
  if (detector === 'atss') return 'ATSS';
  const parts = [
    disentangle.assignment && t('labels assigned apart for class and box'),
    disentangle.features && t('features apart for class and box'),
    disentangle.pyramid && t('levels weighed by their positives'),
  ].filter((part) => part !== false);
  return `DDOD: ${parts.length > 0 ? listWords(parts) : t('every part off')}`;
}

function sizesOf({ input }: Recipe): string {
  const sizes = [
    ...new Set(input.scales.map(({ long, short }) => (long === short ? `${long}` : `${long}×${short}`))),
  ];
  const [first = '', last = ''] = [sizes[0], sizes.at(-1)];
  return sizes.length > 3 ? t('{first} to {last}', { first, last }) : listWords(sizes);
}

function checkWords({ train: { evalEvery, epochs } }: Recipe): string {
  if (evalEvery === 1) return t('AP on the validation images after every epoch');
  return evalEvery < epochs
    ? t('AP on the validation images every {count} epochs and at the end', { count: evalEvery })
    : t('AP on the validation images at the end');
}

function augmentWords({ augment }: Recipe): string[] {
  return [
    augment.flip > 0 && t('mirrored at random'),
    augment.photometric && t('colours varied'),
    augment.crop && t('random windows'),
  ].filter((part) => part !== false);
}

function listWords(parts: readonly string[]): string {
  return parts.join(', ');
}
