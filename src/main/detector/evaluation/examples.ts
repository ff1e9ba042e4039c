// The boxes behind a figure: each as an example with its image, its label and its detection, a page at a time.
import type { Example, Examples, Selector } from '../../../shared/evaluation.ts';
import type { Rect } from '../../../shared/model.ts';
import { iouThresholds } from './coco-matching.ts';
import type { LabelledScene } from './labelled-scene.ts';
import { followDetections, type Outcomes, usualRules } from './outcomes.ts';
import { type Pair, Pairs } from './pairs.ts';

/** Examples that are told at once. */
export const PAGE = 60;
const TIGHT = 0.75;

/** A pair of an image that has perhaps neither. */
type Placed = Pair & { readonly image?: number };

export class ExampleFinder {
  readonly #scene: LabelledScene;
  /** At IoU .5, from which on a box counts as found. */
  readonly pairs: Pairs;
  #tight: Pairs | undefined;
  /** What was asked for last: its next page is likely to be asked for. */
  #last: { readonly key: string; readonly pairs: readonly Placed[] } | undefined;

  constructor(scene: LabelledScene, outcomes: Outcomes) {
    this.#scene = scene;
    this.pairs = new Pairs(scene, outcomes, usualRules.iou);
  }

  /** The boxes that a selector names from a place on, those first that weigh most. */
  find(selector: Selector, from = 0): Examples {
    const key = JSON.stringify(selector);
    if (this.#last?.key !== key) this.#last = { key, pairs: this.#select(selector) };
    const { pairs } = this.#last;
    return { total: pairs.length, items: pairs.slice(from, from + PAGE).map((pair) => this.example(pair)) };
  }

  example(pair: Placed): Example {
    const { input, imageIds, boxIds, classIds } = this.#scene;
    const { detection, label, outcome, excused, image = this.pairs.imageOf(pair) } = pair;
    const classOf = (rows: Int32Array, row: number) => classIds[rows[row] ?? 0] ?? 0;
    const labelled = {
      ...rectOf(input.gt.boxes, label),
      boxId: boxIds[label] ?? 0,
      classId: classOf(input.gt.classIndex, label),
    };
    const detected = {
      ...rectOf(input.dt.boxes, detection),
      classId: classOf(input.dt.classIndex, detection),
      score: input.dt.scores[detection] ?? 0,
    };
    return {
      imageId: imageIds[image] ?? 0,
      outcome,
      excused,
      label: label < 0 ? null : labelled,
      detection: detection < 0 ? null : detected,
      iou: this.pairs.iouOf(pair),
    };
  }

  #select(selector: Selector): readonly Placed[] {
    const { pairs } = this;
    switch (selector.kind) {
      case 'errors':
        return this.#errors(selector);
      case 'point':
        return pairs.near(selector);
      case 'cell':
        return pairs.cell(selector);
      case 'bin':
        return pairs.bin(selector);
      case 'size':
      case 'labels':
        return pairs.labels(selector);
      case 'images':
        return pairs.images();
      case 'recall':
        return pairs.recall(selector);
      case 'threshold':
        return pairs.atThreshold(selector);
    }
  }

  #errors({ by = 'AP50', ...of }: Extract<Selector, { kind: 'errors' }>): Pair[] {
    if (by === 'AP75') return this.#atTightIou().errors(of);
    const errors = this.pairs.errors(of);
    if (by === 'AP50') return errors;
    return [...errors, ...this.pairs.loose(of.classId, iouThresholds.at(-1) ?? 1)];
  }

  #atTightIou(): Pairs {
    const rules = { ...usualRules, iou: TIGHT };
    this.#tight ??= new Pairs(this.#scene, followDetections(this.#scene.input, rules), TIGHT);
    return this.#tight;
  }
}

function rectOf(boxes: Float64Array, row: number): Rect {
  const [x = 0, y = 0, width = 0, height = 0] = row < 0 ? [] : boxes.subarray(row * 4, row * 4 + 4);
  return { x, y, width, height };
}
