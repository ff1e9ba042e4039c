// Two evaluations side by side, on the images that both have, with the boxes that make the difference.
import type {
  ComparedMetric,
  ComparedSelector,
  Comparison,
  Example,
  Examples,
} from '../../../shared/evaluation.ts';
import { Rng } from '../data/rng.ts';
import { Analysis, DRAWS } from './analysis.ts';
import { apDifference, apStatistics } from './bootstrap.ts';
import { evaluateCoco } from './coco.ts';
import { PAGE } from './examples.ts';
import { type HeirOf, knownClasses, labelledScene } from './labelled-scene.ts';
import { isIgnored, usualRules } from './outcomes.ts';
import type { KeptDetections } from './packed-detections.ts';
import type { Pair } from './pairs.ts';
import { overlap } from './rows.ts';
import type { SceneColumns } from './scene-columns.ts';

/** From this change of its overlap on a find is placed otherwise. */
const MOVED = 0.05;

/** What stands beside two evaluations that are compared. */
export interface ComparedOn {
  /** Images that both have. */
  readonly scene: SceneColumns;
  readonly names: ReadonlyMap<number, string>;
  readonly heirOf: HeirOf;
}

type Side = 'first' | 'second';
type Sided = Pair & { readonly side: Side; readonly image?: number };

export class ComparedPair {
  readonly #classIds: readonly number[];
  readonly #names: ReadonlyMap<number, string>;
  readonly #sides: Readonly<Record<Side, Analysis>>;
  /** What was asked for last: its next page is likely to be asked for. */
  #last: { readonly key: string; readonly pairs: readonly Sided[] } | undefined;

  constructor(first: KeptDetections, second: KeptDetections, { scene, names, heirOf }: ComparedOn) {
    this.#classIds = knownClasses([first, second], heirOf);
    this.#names = names;
    const analysisOf = (kept: KeptDetections) =>
      new Analysis(labelledScene(scene, kept, heirOf, this.#classIds));
    this.#sides = { first: analysisOf(first), second: analysisOf(second) };
  }

  figures(): Comparison {
    const { first, second } = this.#sides;
    const [a, b] = [evaluateCoco(first.scene.input), evaluateCoco(second.scene.input)];
    const statistics = ({ scene }: Analysis) => apStatistics(scene.input, scene.groups);
    const sampled = apDifference(statistics(first), statistics(second), Rng.seeded(DRAWS));
    const metric = (name: 'AP' | 'AP50'): ComparedMetric => ({
      first: a.metrics[name],
      second: b.metrics[name],
      difference: b.metrics[name] - a.metrics[name],
      interval: sampled?.[name].interval ?? null,
    });
    return {
      images: first.scene.input.numImages,
      AP: metric('AP'),
      AP50: metric('AP50'),
      classes: this.#classIds.map((id, k) => ({
        id,
        name: this.#names.get(id) ?? `class ${id}`,
        first: a.perClass[k]?.AP ?? -1,
        second: b.perClass[k]?.AP ?? -1,
      })),
      gained: this.#foundOnlyBy('second').length,
      lost: this.#foundOnlyBy('first').length,
    };
  }

  /** The boxes behind a figure, from a place on. */
  examples(selector: ComparedSelector, from: number): Examples {
    const key = JSON.stringify(selector);
    if (this.#last?.key !== key) this.#last = { key, pairs: this.#select(selector) };
    const { pairs } = this.#last;
    return { total: pairs.length, items: pairs.slice(from, from + PAGE).map((pair) => this.#example(pair)) };
  }

  #example({ side, ...pair }: Sided): Example {
    return { ...this.#sides[side].finder.example(pair), side };
  }

  #select(selector: ComparedSelector): Sided[] {
    const isOf = this.#isOf('classId' in selector ? selector.classId : undefined);
    switch (selector.kind) {
      case 'gained':
        return this.#foundOnlyBy('second');
      case 'lost':
        return this.#foundOnlyBy('first');
      case 'images':
        return this.#sides.second.finder.pairs.images().map((pair) => ({ ...pair, side: 'second' }));
      case 'differences': {
        const found = [...this.#foundOnlyBy('first'), ...this.#foundOnlyBy('second')];
        const wrong = [...this.#wrongOnlyIn('first', 'second'), ...this.#wrongOnlyIn('second', 'first')];
        const scored = wrong.sort((a, b) => this.#scoreOf(b) - this.#scoreOf(a));
        const moved = selector.by === 'AP' ? this.#moved() : [];
        return [...found, ...scored, ...moved].filter(isOf);
      }
    }
  }

  /** Boxes that only one of them finds. */
  #foundOnlyBy(side: Side): Sided[] {
    const [own, other] = [this.#sides[side], this.#sides[side === 'first' ? 'second' : 'first']];
    const rows = this.#labels().filter(
      (row) => own.finder.pairs.isFound(row) && !other.finder.pairs.isFound(row),
    );
    return own.finder.pairs.ofLabels(rows).map((pair) => ({ ...pair, side }));
  }

  /** Wrong detections where the other has no wrong one of the class. */
  #wrongOnlyIn(side: Side, otherSide: Side): Sided[] {
    const [own, other] = [this.#sides[side], this.#sides[otherSide]];
    const theirs = other.scene.input.dt;
    const byPlace = new Map<string, number[]>();
    for (const { detection } of other.finder.pairs.wrong()) {
      const key = `${theirs.imageIndex[detection]} ${theirs.classIndex[detection]}`;
      const rows = byPlace.get(key);
      if (rows) rows.push(detection);
      else byPlace.set(key, [detection]);
    }
    const { dt } = own.scene.input;
    const isAlone = ({ detection }: Pair) =>
      !byPlace
        .get(`${dt.imageIndex[detection]} ${dt.classIndex[detection]}`)
        ?.some((row) => overlap(dt.boxes, detection * 4, theirs.boxes, row * 4, false) >= usualRules.iou);
    return own.finder.pairs.wrong().flatMap((pair) => (isAlone(pair) ? [{ ...pair, side }] : []));
  }

  /** Boxes that both find, in other places; those that moved most first. */
  #moved(): Sided[] {
    const { first, second } = this.#sides;
    const both = this.#labels().filter(
      (row) => first.finder.pairs.isFound(row) && second.finder.pairs.isFound(row),
    );
    const before = first.finder.pairs.ofLabels(both);
    const moves = second.finder.pairs.ofLabels(both).map((pair, at) => {
      const was = before[at] ?? pair;
      return { pair, by: Math.abs(second.finder.pairs.iouOf(pair) - first.finder.pairs.iouOf(was)) };
    });
    const far = moves.filter(({ by }) => by >= MOVED).sort((a, b) => b.by - a.by);
    return far.map(({ pair }) => ({ ...pair, side: 'second' }));
  }

  /** Labelled rows that have to be found; the same for both. */
  #labels(): number[] {
    const { input } = this.#sides.first.scene;
    return [...input.gt.classIndex.keys()].filter((row) => !isIgnored(input, row));
  }

  #isOf(classId: number | undefined): (pair: Sided) => boolean {
    const number = classId === undefined ? undefined : this.#classIds.indexOf(classId);
    return ({ detection, label, side }) => {
      const { dt, gt } = this.#sides[side].scene.input;
      return number === undefined || dt.classIndex[detection] === number || gt.classIndex[label] === number;
    };
  }

  #scoreOf({ detection, side }: Sided): number {
    return this.#sides[side].scene.input.dt.scores[detection] ?? 0;
  }
}
