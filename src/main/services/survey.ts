// A survey of the labels through the glass box: boxes that no place of the pyramid learns, over the data set or a sample of it.

import type { GlassSurvey, SurveyProgress, UnlearntBox } from '../../shared/contract/glass-box.ts';
import type { Box, ImageRecord } from '../../shared/model.ts';
import { Problem, sentenceOf } from '../../shared/problem.ts';
import { Rng } from '../detector/data/rng.ts';
import type { Explained } from '../trainer/job-detector.ts';
import type { DetectorProcess } from '../trainer/launch-detector.ts';
import { adviceFor } from './assignment-advice.ts';
import { classNumbers, levelName, type Truth, truthOf } from './glass-box.ts';
import type { OpenProject } from './projects.ts';
import { inSlices } from './slices.ts';
import { SoleJob } from './sole-job.ts';
import { type ChosenModel, chosenModel } from './suggesting-models.ts';

const IMAGES_AT_ONCE = 8;
const MOST_LISTED = 2000;

/** One survey at a time; what it saw stays until the next one or another project, also where it was stopped. */
export class Survey extends SoleJob<SurveyProgress> {
  readonly #detector: DetectorProcess;
  result: GlassSurvey | null = null;

  /** `told` hears of every change. */
  constructor(detector: DetectorProcess, told: (progress: SurveyProgress) => void) {
    super(told);
    this.#detector = detector;
  }

  /** Starts one over `most` labelled images, always the same ones, or over all. Throws a Problem while another is going on. */
  start(project: OpenProject, key: string, most: number | null): void {
    this.assertFree('A survey is going on already.', 'Wait for its end.');
    const model = chosenModel(project, key);
    this.run(async (signal) => {
      const begun = { done: 0, of: 0, secondsLeft: null, state: 'going', cause: null } as const;
      this.tell(begun);
      try {
        await this.#survey(project, model, most, signal);
      } catch (error) {
        this.tell({ ...(this.progress ?? begun), state: 'failed', cause: sentenceOf(error) });
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
    most: number | null,
    signal: AbortSignal,
  ): Promise<void> {
    const labelled = await inSlices(project.labelFacts.boxedIds());
    if (labelled.length === 0) throw new Problem('No image has a box yet.', 'Label some images first.');
    const ids = drawn(labelled, most);
    const numbers = await classNumbers(this.#detector, project, model);
    const tally = new Tally();
    const clock = new Clock(ids.length);
    try {
      for (let at = 0; at < ids.length && !signal.aborted; at += IMAGES_AT_ONCE) {
        const there = ids.slice(at, at + IMAGES_AT_ONCE).filter((id) => project.annotations.find(id));
        const some = there.map((id) => truthOf(project, id, numbers));
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
        const done = Math.min(ids.length, at + IMAGES_AT_ONCE);
        if (done < ids.length)
          this.tell({ done, of: ids.length, ...clock.after(done), state: 'going', cause: null });
      }
    } finally {
      if (tally.images > 0) this.result = tally.survey(model.name, labelled.length);
    }
    const end = signal.aborted ? 'cancelled' : 'done';
    const done = signal.aborted ? tally.images + tally.unreadable : ids.length;
    this.tell({ done, of: ids.length, secondsLeft: null, state: end, cause: null });
  }
}

/** `most` of the ids in their order, the same for the same ids. */
function drawn(ids: readonly number[], most: number | null): readonly number[] {
  if (most === null || most >= ids.length) return ids;
  const places = Rng.seeded('survey').shuffle(Int32Array.from(ids.keys())).subarray(0, most).sort();
  return Array.from(places, (place) => ids[place] as number);
}

/** How long the rest takes; the first images do not count, while which the model is made ready. */
class Clock {
  readonly #of: number;
  #first: { readonly done: number; readonly at: number } | undefined;

  constructor(of: number) {
    this.#of = of;
  }

  after(done: number): { readonly secondsLeft: number | null } {
    const now = performance.now();
    this.#first ??= { done, at: now };
    const { done: before, at } = this.#first;
    if (done === before) return { secondsLeft: null };
    return { secondsLeft: ((now - at) / 1000 / (done - before)) * (this.#of - done) };
  }
}

/** The sums of a survey. */
class Tally {
  images = 0;
  unreadable = 0;
  #boxes = 0;
  #unlearntReg = 0;
  #input = 0;
  readonly #levels: { cls: number; reg: number }[] = [];
  readonly #unlearnt: UnlearntBox[] = [];

  add({ image, boxes }: Truth, explained: Explained | { readonly trouble: string } | undefined): void {
    if (!explained || 'trouble' in explained) {
      this.unreadable += 1;
      return;
    }
    this.images += 1;
    this.#boxes += boxes.length;
    this.#input = Math.max(this.#input, image.width * explained.scaleX, image.height * explained.scaleY);
    for (const level of explained.levels.keys()) this.#levels[level] ??= { cls: 0, reg: 0 };
    for (const { level, branch } of explained.positives) {
      const sums = this.#levels[level];
      if (sums) sums[branch] += 1;
    }
    for (const { box: index, branch, why } of explained.unlearnt) {
      const box = boxes[index];
      if (branch === 'reg') this.#unlearntReg += 1;
      else if (box) this.#unlearnt.push(unlearntBox(image, box, why, explained));
    }
  }

  survey(modelName: string, of: number): GlassSurvey {
    const unlearnt = this.#unlearnt.sort((a, b) => a.side - b.side);
    const input = Math.round(this.#input);
    return {
      modelName,
      images: this.images,
      of,
      unreadable: this.unreadable,
      boxes: this.#boxes,
      unlearntCls: unlearnt.length,
      unlearntReg: this.#unlearntReg,
      levels: this.#levels.map((sums, level) => ({ name: levelName(level), ...sums })),
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
