// The glass box: which places of the pyramid learn which labels, by the assigner that trains, seen on one forward pass.

import { clip } from '../../shared/box.ts';
import type { GlassImage, GlassLevel } from '../../shared/contract/glass-box.ts';
import type { Box, ImageRecord } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { JobImage } from '../trainer/job.ts';
import type { AssignmentFacts, Explained } from '../trainer/job-detector.ts';
import type { DetectorProcess } from '../trainer/launch-detector.ts';
import type { OpenProject } from './projects.ts';
import { type ChosenModel, chosenModel, classesByName } from './suggesting-models.ts';

/** The finest level is P3. */
const FIRST_LEVEL = 3;

/** `P3`, `P4`, ... */
export function levelName(index: number): string {
  return `P${FIRST_LEVEL + index}`;
}

/** An image as the trainer sees it, with the boxes that take part in the order of the job's. */
export interface Truth {
  readonly image: ImageRecord;
  readonly boxes: readonly Box[];
  readonly job: JobImage;
}

/** Explains the labels of one image. Throws a Problem where the model cannot be looked into. */
export async function glassImage(
  detector: DetectorProcess,
  project: OpenProject,
  key: string,
  imageId: number,
): Promise<GlassImage> {
  const model = chosenModel(project, key);
  const numbers = await classNumbers(detector, project, model);
  const truth = truthOf(project, imageId, numbers);
  const { source, cache } = model;
  const question = { type: 'explain', model: source, cache, images: [truth.job], maps: true } as const;
  const answer = await detector.ask(question);
  const [explained] = answer.images;
  if (!explained || 'trouble' in explained)
    throw new Problem(explained?.trouble ?? 'The detector said nothing.');
  return shown(truth, explained, answer.facts);
}

/** The number of each of the project's classes in the model; a file says its classes only once it is open. */
export async function classNumbers(
  detector: DetectorProcess,
  project: OpenProject,
  model: ChosenModel,
): Promise<ReadonlyMap<number, number>> {
  const known = model.classes ?? project.suggestions.models().find(({ key }) => key === model.key)?.classes;
  const asked = async () => {
    const { source, cache } = model;
    const { classes } = await detector.ask({
      type: 'look',
      model: source,
      cache,
      images: [],
      scoreThresh: 1,
    });
    return classesByName(project, classes);
  };
  const classes = known ?? (await asked());
  return new Map(
    classes.flatMap(({ classId }, index) => (classId === null ? [] : [[classId, index] as const])),
  );
}

/** Labels cut at the image's edge, those of classes that the model has; as training takes them. */
export function truthOf(project: OpenProject, imageId: number, numbers: ReadonlyMap<number, number>): Truth {
  const { image, boxes } = project.annotations.labels(imageId);
  const inside = boxes.flatMap((box) => {
    const part = clip(box, image);
    return part ? [{ ...box, ...part }] : [];
  });
  const taking = inside.filter(({ ignore, classId }) => !ignore && numbers.has(classId));
  const corners = ({ x, y, width, height }: Box) => [x, y, x + width, y + height];
  const job = {
    path: project.imageFile(image),
    width: image.width,
    height: image.height,
    boxes: taking.flatMap(corners),
    labels: taking.map(({ classId }) => numbers.get(classId) ?? 0),
    ignore: inside.filter(({ ignore }) => ignore).flatMap(corners),
  };
  return { image, boxes: taking, job };
}

function shown({ boxes }: Truth, explained: Explained, facts: AssignmentFacts): GlassImage {
  const { scaleX, scaleY } = explained;
  const boxId = (index: number) => boxes[index]?.id ?? 0;
  return {
    levels: explained.levels.map((_, level) => glassLevel(explained, facts, level)),
    positives: explained.positives.map(({ box, column, row, level, ...rest }) => {
      const stride = explained.levels[level]?.stride ?? 0;
      // a cell's centre is at its number times the stride, without half a pixel
      return { ...rest, level, boxId: boxId(box), x: (column * stride) / scaleX, y: (row * stride) / scaleY };
    }),
    unlearnt: explained.unlearnt.map(({ box, branch, why }) => ({ boxId: boxId(box), branch, why })),
    costWeight: facts.costWeight,
  };
}

function glassLevel(
  { levels, scaleX, scaleY }: Explained,
  facts: AssignmentFacts,
  index: number,
): GlassLevel {
  const { stride = 0, width = 0, height = 0, clsScores = [], iouScores = [] } = levels[index] ?? {};
  return {
    name: levelName(index),
    cellWidth: stride / scaleX,
    cellHeight: stride / scaleY,
    columns: width,
    rows: height,
    clsScores,
    iouScores,
    clsWeight: facts.levelWeights?.cls[index] ?? null,
    regWeight: facts.levelWeights?.reg[index] ?? null,
  };
}
