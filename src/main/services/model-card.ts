// What an exported model is, for people: trained on what, how good, how to use it, and the proof.
import { counted } from '../../shared/counted.ts';
import type { JsonObject } from '../../shared/model.ts';
import type { Recipe } from '../../shared/recipe.ts';
import type { ExportJob, Proof } from '../trainer/job-export.ts';
import type { Snippet } from './usage-snippets.ts';

export interface CardFacts {
  readonly project: string;
  readonly run: { readonly id: string; readonly name: string };
  readonly recipe: Recipe;
  readonly classes: readonly string[];
  /** Images and boxes of each split that has any. */
  readonly splits: readonly { readonly name: string; readonly images: number; readonly boxes: number }[];
  /** Of the checkpoint, on the validation images. */
  readonly metrics: JsonObject;
  /** The score from which its detections are wanted; null where none was chosen. */
  readonly threshold: number | null;
  /** Title and licence of the weights that the backbone may have begun with. */
  readonly pretrained: { readonly title: string; readonly licence: string } | undefined;
  readonly weights: ExportJob['weights'];
  readonly files: readonly string[];
  readonly proof: Proof;
  readonly snippets: readonly Snippet[];
}

/** The card as Markdown. */
export function cardText(facts: CardFacts): string {
  const sections = [about(facts), inputRule(facts), outputRule(facts), proofText(facts.proof), usage(facts)];
  return `${sections.join('\n\n')}\n`;
}

function about(facts: CardFacts): string {
  const { project, run, recipe, classes, splits, metrics, pretrained } = facts;
  const seen = splits.map(
    ({ name, images, boxes }) =>
      `${counted(images, 'image', 'images')} with ${counted(boxes, 'box', 'boxes')} (${name})`,
  );
  const licence = pretrained
    ? `The backbone began with ${pretrained.title} (licence: ${pretrained.licence}), unless the run was started without.`
    : 'Nothing is known of the weights that the backbone began with.';
  return [
    `# ${project}: ${run.name}`,
    '',
    `A ${recipe.detector} detector on ${recipe.backbone} for ${counted(classes.length, 'class', 'classes')}: ${classes.join(', ')}.`,
    '',
    `- Trained on: ${seen.join(', ')}, as run ${run.id} of the project "${project}", recipe "${recipe.name}".`,
    `- On its validation images: AP ${percent(metrics.AP)}, AP50 ${percent(metrics.AP50)} (COCO's rules).`,
    `- ${licence} The images and labels are yours: so are their rights.`,
    `- Weights: ${weightText[facts.weights]}. Files: ${facts.files.join(', ')}.`,
  ].join('\n');
}

const weightText = {
  float32: 'float32',
  float16: 'float16, widened to float32 when loaded',
  uint8: '8 bits with a scale for each channel, widened to float32 when loaded',
} as const;

function inputRule({ recipe }: CardFacts): string {
  const { long, short } = recipe.input.scales.at(-1) ?? { long: 0, short: 0 };
  const filter =
    recipe.input.resample === 'antialias'
      ? "a triangle filter as wide as the shrinking asks for (Pillow's BILINEAR)"
      : "bilinear from the two nearest pixels, without smoothing (OpenCV's INTER_LINEAR)";
  return `## Input

\`image\`: uint8 [1, height, width, 3], RGB, upright (EXIF orientation applied). Any size runs; it was trained for images
resized in proportion to at most ${long} pixels along the long side and ${short} along the short one,
\`factor = min(${long} / longer, ${short} / shorter)\`, \`new = max(1, int(side * factor + 0.5))\`, by ${filter}.
Normalisation and padding are inside the model.`;
}

function outputRule({ recipe: { test }, classes, threshold }: CardFacts): string {
  const wanted =
    threshold === null
      ? 'No score was chosen from which its detections are wanted: that is up to you.'
      : `Its detections are wanted from a score of ${threshold} on, as chosen when it was evaluated: the programs below leave out the rest.`;
  return `## Output

By falling score, at most ${test.maxPerImage}: \`boxes\` float32 [D, 4], left, top, right, bottom in pixels of the resized image
(divide by the factor of each side for the original's); \`scores\` float32 [D], class score times predicted IoU;
\`labels\` int32 [D], the place in \`labels.json\` (${classes.map((name, i) => `${i} ${name}`).join(', ')}). Class scores up to ${test.scoreThresh} are
dropped, boxes of one class that overlap by an IoU above ${test.nmsThresh} are suppressed inside the model.
${wanted}`;
}

function proofText(proof: Proof): string {
  const { AP, milliseconds, tolerance } = proof;
  const between = AP.interval ? ` (95 %: ${percent(AP.interval.low)} to ${percent(AP.interval.high)})` : '';
  return `## Proof

The exported model in ${proof.runtime} against the trained network, on ${counted(proof.images, 'labelled image', 'labelled images')}
(${proof.detections} detections). All numbers are in \`proof.json\`.

| | found | allowed |
| --- | --- | --- |
| largest difference of a box | ${twoDigits(proof.boxDifference)} pixels | ${tolerance.boxDifference} |
| largest difference of a score | ${twoDigits(proof.scoreDifference)} | ${tolerance.scoreDifference} |
| detections without a counterpart | ${proof.unmatched} | ${Math.floor(Math.max(1, proof.detections * tolerance.unmatched))} |
| AP on these images | ${percent(AP.exported)}${between}, ours ${percent(AP.engine)} | ${(tolerance.AP * 100).toFixed(1)} points apart |
| milliseconds an image, on the machine of the export | ${milliseconds.exported.toFixed(0)}, ours ${milliseconds.engine.toFixed(0)} | |`;
}

function usage({ snippets }: CardFacts): string {
  const blocks = snippets.map(
    ({ file, language, install, run, text }) =>
      `\`${file}\`: \`${install}\`, then \`${run}\`.\n\n\`\`\`${language}\n${text}\`\`\``,
  );
  return ['## Use', 'What `sample.json` holds is what these print for the sample image.', ...blocks].join(
    '\n\n',
  );
}

/** 0.000061 rather than 0.0000. */
function twoDigits(value: number): string {
  return String(Number(value.toPrecision(2)));
}

function percent(value: unknown): string {
  return typeof value === 'number' && value >= 0 ? (value * 100).toFixed(1) : 'not known';
}
