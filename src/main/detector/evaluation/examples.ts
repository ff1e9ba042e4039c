// The boxes behind a figure: each as an example with its image, its label and its detection.
import { type Example, type Examples, errorKinds, type Selector } from '../../../shared/evaluation.ts';
import type { Rect } from '../../../shared/model.ts';
import { areaRanges } from './coco-matching.ts';
import type { LabelledScene } from './labelled-scene.ts';
import { detectionState, isIgnored, type Outcomes } from './outcomes.ts';
import { confusionMatrix } from './thresholds.ts';

/** Examples that are shown at once. */
const SHOWN = 60;
/** IoU from which the confusion matrix pairs. */
const PAIRED = 0.5;

/** One row of either kind; -1 where there is none. */
interface Pair {
  readonly detection: number;
  readonly label: number;
}

export class ExampleFinder {
  readonly #scene: LabelledScene;
  readonly #outcomes: Outcomes;
  /** Detections that count, by falling score. */
  readonly #ranked: readonly number[];

  constructor(scene: LabelledScene, outcomes: Outcomes) {
    this.#scene = scene;
    this.#outcomes = outcomes;
    const { scores } = scene.input.dt;
    this.#ranked = [...outcomes.order]
      .filter((row) => this.#is(row, 'found') || this.#is(row, 'wrong'))
      .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  }

  /** The boxes that a selector names, those first that weigh most. */
  find(selector: Selector): Examples {
    return this.#shown(this.#select(selector));
  }

  /** Labelled rows as examples, for lists that are made elsewhere. */
  labels(rows: readonly number[]): Examples {
    return this.#shown(rows.map((label) => ({ detection: this.#outcomes.foundBy[label] ?? -1, label })));
  }

  /** True for labelled rows that have to be found and are. */
  isFound(label: number): boolean {
    return (this.#outcomes.foundBy[label] ?? -1) >= 0;
  }

  #select(selector: Selector): Pair[] {
    switch (selector.kind) {
      case 'errors':
        return this.#errors(selector);
      case 'point':
        return this.#nearScore(this.#number(selector.classId), selector.score);
      case 'cell':
        return this.#cell(selector);
      case 'bin':
        return this.#bin(selector);
      case 'size':
        return this.#ofSize(selector.size);
      case 'threshold':
        return this.#atThreshold(selector);
    }
  }

  #errors({ error, classId }: Extract<Selector, { kind: 'errors' }>): Pair[] {
    const number = classId === undefined ? undefined : this.#number(classId);
    const kind = error === undefined ? -1 : errorKinds.indexOf(error);
    const wrong = this.#ranked.filter(
      (row) =>
        this.#is(row, 'wrong') &&
        (kind < 0 || this.#outcomes.kind[row] === kind) &&
        (number === undefined || this.#scene.input.dt.classIndex[row] === number),
    );
    const wantsMissed = error === undefined || error === 'Miss';
    const missed = this.#labelled((row) => this.#outcomes.missed[row] === 1, number);
    return [...wrong.map((row) => this.#pair(row)), ...(wantsMissed ? missed : [])];
  }

  #nearScore(number: number, score: number): Pair[] {
    const { scores, classIndex } = this.#scene.input.dt;
    const away = (row: number) => Math.abs((scores[row] ?? 0) - score);
    const near = this.#ranked.filter((row) => classIndex[row] === number).sort((a, b) => away(a) - away(b));
    return near.slice(0, SHOWN).map((row) => this.#pair(row));
  }

  #cell({ labelled, detected, score }: Extract<Selector, { kind: 'cell' }>): Pair[] {
    const { input } = this.#scene;
    const matrix = confusionMatrix(input, this.#outcomes, score, PAIRED);
    const [label, found] = [labelled, detected].map((id) => (id === null ? null : this.#number(id)));
    if (found === null) return this.#labelled((row) => matrix.detection[row] === -1, label ?? undefined);
    const rows = this.#ranked.filter((row) => {
      const object = matrix.object[row] ?? -1;
      if ((input.dt.scores[row] ?? 0) < score || input.dt.classIndex[row] !== found) return false;
      return label === null ? object < 0 : object >= 0 && input.gt.classIndex[object] === label;
    });
    return rows.map((row) => ({ detection: row, label: matrix.object[row] ?? -1 }));
  }

  #bin({ from, to, right }: Extract<Selector, { kind: 'bin' }>): Pair[] {
    const { scores } = this.#scene.input.dt;
    const rows = this.#ranked.filter((row) => {
      const score = scores[row] ?? 0;
      return score >= from && score < to && this.#is(row, right ? 'found' : 'wrong');
    });
    return rows.map((row) => this.#pair(row));
  }

  /** Boxes of a size that are not found come first, then those found least well. */
  #ofSize(size: Extract<Selector, { kind: 'size' }>['size']): Pair[] {
    const [low, high] = areaRanges[{ small: 1, medium: 2, large: 3 }[size]] ?? areaRanges[0];
    const { area } = this.#scene.input.gt;
    const inside = this.#labelled((row) => (area[row] ?? 0) >= low && (area[row] ?? 0) <= high);
    const iou = ({ detection }: Pair) => (detection < 0 ? -1 : (this.#outcomes.iou[detection] ?? 0));
    return inside.sort((a, b) => iou(a) - iou(b));
  }

  #atThreshold({ of, score, classId }: Extract<Selector, { kind: 'threshold' }>): Pair[] {
    const { scores, classIndex } = this.#scene.input.dt;
    const number = classId === undefined ? undefined : this.#number(classId);
    const isOf = (row: number) => number === undefined || classIndex[row] === number;
    if (of === 'precision')
      return this.#ranked
        .filter((row) => isOf(row) && this.#is(row, 'wrong') && (scores[row] ?? 0) >= score)
        .map((row) => this.#pair(row));
    return this.#labelled((row) => {
      const by = this.#outcomes.foundBy[row] ?? -1;
      return by < 0 || (scores[by] ?? 0) < score;
    }, number);
  }

  #is(row: number, state: keyof typeof detectionState): boolean {
    return this.#outcomes.state[row] === detectionState[state];
  }

  #pair(row: number): Pair {
    return { detection: row, label: this.#outcomes.object[row] ?? -1 };
  }

  /** Boxes that have to be found, each with what found it. */
  #labelled(takes: (row: number) => boolean, number?: number): Pair[] {
    const { gt } = this.#scene.input;
    const pairs: Pair[] = [];
    gt.classIndex.forEach((own, label) => {
      if (isIgnored(this.#scene.input, label) || !takes(label)) return;
      if (number === undefined || own === number)
        pairs.push({ detection: this.#outcomes.foundBy[label] ?? -1, label });
    });
    return pairs;
  }

  #number(classId: number): number {
    return this.#scene.classIds.indexOf(classId);
  }

  #shown(pairs: readonly Pair[]): Examples {
    return { total: pairs.length, items: pairs.slice(0, SHOWN).map((pair) => this.#example(pair)) };
  }

  #example({ detection, label }: Pair): Example {
    const { input, imageIds, boxIds, classIds } = this.#scene;
    const image = (detection >= 0 ? input.dt.imageIndex[detection] : input.gt.imageIndex[label]) ?? 0;
    const classOf = (rows: Int32Array, row: number) => classIds[rows[row] ?? 0] ?? 0;
    return {
      imageId: imageIds[image] ?? 0,
      outcome: this.#outcome(detection),
      label:
        label < 0
          ? null
          : {
              ...rectOf(input.gt.boxes, label),
              boxId: boxIds[label] ?? 0,
              classId: classOf(input.gt.classIndex, label),
            },
      detection:
        detection < 0
          ? null
          : {
              ...rectOf(input.dt.boxes, detection),
              classId: classOf(input.dt.classIndex, detection),
              score: input.dt.scores[detection] ?? 0,
            },
      iou: detection < 0 ? 0 : (this.#outcomes.iou[detection] ?? 0),
    };
  }

  #outcome(detection: number): Example['outcome'] {
    if (detection < 0) return 'Miss';
    if (this.#is(detection, 'found')) return 'found';
    if (this.#is(detection, 'excused')) return 'excused';
    return errorKinds[this.#outcomes.kind[detection] ?? 0] ?? 'Bkg';
  }
}

function rectOf(boxes: Float64Array, row: number): Rect {
  const [x = 0, y = 0, width = 0, height = 0] = boxes.subarray(row * 4, row * 4 + 4);
  return { x, y, width, height };
}
