// The boxes behind a figure: each as an example with its image, its label and its detection, a page at a time.
import type { Example, Examples, Selector } from '../../../shared/evaluation.ts';
import { exampleView } from '../../../shared/example-view.ts';
import type { Rect } from '../../../shared/model.ts';
import { iouThresholds } from './coco-matching.ts';
import type { LabelledScene } from './labelled-scene.ts';
import { followDetections, isIgnored, type Outcomes, usualRules } from './outcomes.ts';
import { type Pair, Pairs } from './pairs.ts';
import { rowsByImage } from './rows.ts';

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
  /** Labelled rows of each image. */
  #labelled: readonly Int32Array[] | undefined;
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
    const { imageIds } = this.#scene;
    const { outcome, excused, image = this.pairs.imageOf(pair) } = pair;
    const [label, detection] = [this.#labelOf(pair.label), this.#detectionOf(pair.detection)];
    const view = exampleView([label, detection].filter((box) => box !== null));
    const beside = view ? this.#labelsIn(image, view).filter((row) => row !== pair.label) : [];
    return {
      imageId: imageIds[image] ?? 0,
      outcome,
      excused,
      label,
      detection,
      beside: beside.map((row) => this.#placed('gt', row)),
      iou: this.pairs.iouOf(pair),
    };
  }

  #labelOf(row: number): Example['label'] {
    return row < 0 ? null : { ...this.#placed('gt', row), boxId: this.#scene.boxIds[row] ?? 0 };
  }

  #detectionOf(row: number): Example['detection'] {
    if (row < 0) return null;
    return { ...this.#placed('dt', row), score: this.#scene.input.dt.scores[row] ?? 0 };
  }

  #placed(kind: 'gt' | 'dt', row: number): Rect & { readonly classId: number } {
    const { boxes, classIndex } = this.#scene.input[kind];
    return { ...rectOf(boxes, row), classId: this.#scene.classIds[classIndex[row] ?? 0] ?? 0 };
  }

  /** Labels that a part of an image shows, at least at its rim. */
  #labelsIn(image: number, view: Rect): number[] {
    const { input } = this.#scene;
    this.#labelled ??= rowsByImage(input.gt, input.numImages);
    const rows = [...(this.#labelled[image] ?? [])];
    return rows.filter((row) => !isIgnored(input, row) && overlaps(rectOf(input.gt.boxes, row), view));
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

function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function rectOf(boxes: Float64Array, row: number): Rect {
  const [x = 0, y = 0, width = 0, height = 0] = boxes.subarray(row * 4, row * 4 + 4);
  return { x, y, width, height };
}
