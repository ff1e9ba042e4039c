// The glass box: which places of the pyramid learn which labels, by the assigner that trains, seen on one forward pass.

import { clip } from '../../shared/box.ts';
import type {
  GlassImage,
  GlassLevel,
  GlassSurvey,
  SurveyProgress,
  UnlearntBox,
} from '../../shared/contract/glass-box.ts';
import type { Box, ImageRecord } from '../../shared/model.ts';
import { Problem, sentenceOf } from '../../shared/problem.ts';
import type { JobImage } from '../trainer/job.ts';
import type { AssignmentFacts, Explained } from '../trainer/job-detector.ts';
import type { DetectorProcess } from '../trainer/launch-detector.ts';
import { adviceFor } from './assignment-advice.ts';
import type { OpenProject } from './projects.ts';
import { SoleJob } from './sole-job.ts';
import { type ChosenModel, chosenModel, classesByName } from './suggesting-models.ts';

/** The finest level is P3. */
const FIRST_LEVEL = 3;
const IMAGES_AT_ONCE = 8;
const MOST_LISTED = 500;

/** An image as the trainer sees it, with the boxes that take part in the order of the job's. */
interface Truth {
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

/** One survey at a time over all labelled images; its result stays until the next one or another project. */
export class Survey extends SoleJob<SurveyProgress> {
  readonly #detector: DetectorProcess;
  result: GlassSurvey | null = null;

  /** `told` hears of every change. */
  constructor(detector: DetectorProcess, told: (progress: SurveyProgress) => void) {
    super(told);
    this.#detector = detector;
  }

  /** Starts one. Throws a Problem while another is going on, or where nothing is labelled. */
  start(project: OpenProject, key: string): void {
    this.assertFree('A survey is going on already.', 'Wait for its end.');
    const model = chosenModel(project, key);
    const images = labelledImages(project);
    if (images.length === 0) throw new Problem('No image has a box yet.', 'Label some images first.');
    this.run(async (signal) => {
      this.tell({ done: 0, of: images.length, state: 'going', cause: null });
      try {
        await this.#survey(project, model, images, signal);
      } catch (error) {
        this.tell({ done: 0, of: images.length, state: 'failed', cause: sentenceOf(error) });
      }
    });
  }

  override async end(): Promise<void> {
    await super.end();
    this.result = null;
  }

  async #survey(
    project: OpenProject,
    model: ChosenModel,
    images: readonly ImageRecord[],
    signal: AbortSignal,
  ): Promise<void> {
    const numbers = await classNumbers(this.#detector, project, model);
    const tally = new Tally();
    let done = 0;
    for (; done < images.length && !signal.aborted; ) {
      const some = images.slice(done, done + IMAGES_AT_ONCE).map(({ id }) => truthOf(project, id, numbers));
      const answer = await this.#detector.ask({
        type: 'explain',
        model: model.source,
        cache: model.cache,
        images: some.map(({ job }) => job),
        maps: false,
      });
      some.forEach((truth, index) => {
        tally.add(truth, answer.images[index]);
      });
      done += some.length;
      if (done < images.length) this.tell({ done, of: images.length, state: 'going', cause: null });
    }
    if (!signal.aborted) this.result = tally.survey(model.name);
    this.tell({ done, of: images.length, state: signal.aborted ? 'cancelled' : 'done', cause: null });
  }
}

/** The sums of a survey. */
class Tally {
  #images = 0;
  #boxes = 0;
  #unlearntReg = 0;
  #input = 0;
  readonly #levels: { cls: number; reg: number }[] = [];
  readonly #unlearnt: UnlearntBox[] = [];

  add({ image, boxes }: Truth, explained: Explained | { readonly trouble: string } | undefined): void {
    if (!explained || 'trouble' in explained) return;
    this.#images += 1;
    this.#boxes += boxes.length;
    this.#input = Math.max(this.#input, image.width * explained.scaleX, image.height * explained.scaleY);
    for (const { level, branch } of explained.positives) {
      this.#levels[level] ??= { cls: 0, reg: 0 };
      this.#levels[level][branch] += 1;
    }
    for (const { box: index, branch, why } of explained.unlearnt) {
      const box = boxes[index];
      if (branch === 'reg') this.#unlearntReg += 1;
      else if (box) this.#unlearnt.push(unlearntBox(image, box, why, explained));
    }
  }

  survey(modelName: string): GlassSurvey {
    const unlearnt = this.#unlearnt.sort((a, b) => a.side - b.side);
    const input = Math.round(this.#input);
    return {
      modelName,
      images: this.#images,
      boxes: this.#boxes,
      unlearntCls: unlearnt.length,
      unlearntReg: this.#unlearntReg,
      levels: Array.from(this.#levels, (sums, level) => ({
        name: `P${FIRST_LEVEL + level}`,
        cls: sums?.cls ?? 0,
        reg: sums?.reg ?? 0,
      })),
      unlearnt: unlearnt.slice(0, MOST_LISTED),
      advice: adviceFor({ boxes: this.#boxes, unlearnt, input }),
    };
  }
}

function unlearntBox(
  image: ImageRecord,
  { id: boxId, classId, x, y, width, height }: Box,
  why: UnlearntBox['why'],
  { scaleX, scaleY }: Explained,
): UnlearntBox {
  const side = Math.min(width * scaleX, height * scaleY);
  return { imageId: image.id, boxId, classId, x, y, width, height, why, side };
}

function labelledImages(project: OpenProject): ImageRecord[] {
  const all = project.annotations.images({}, 0, Number.MAX_SAFE_INTEGER);
  return all.filter(
    ({ id, state }) => state !== 'unlabelled' && project.annotations.labels(id).boxes.length > 0,
  );
}

/** The number of each of the project's classes in the model; a file says its classes only once it is open. */
async function classNumbers(
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
function truthOf(project: OpenProject, imageId: number, numbers: ReadonlyMap<number, number>): Truth {
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
    name: `P${FIRST_LEVEL + index}`,
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
