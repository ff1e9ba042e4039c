// One evaluation looked at: figures, intervals, the boxes behind each figure; and two of them side by side.
import type {
  ComparedMetric,
  Comparison,
  ConfusionCounts,
  Examples,
  Figures,
  Intervals,
  Selector,
  ThresholdCounts,
} from '../../../shared/evaluation.ts';
import { Rng } from '../data/rng.ts';
import { apDifference, apIntervals, apStatistics } from './bootstrap.ts';
import { evaluateCoco } from './coco.ts';
import { countErrors, errorBudget } from './error-budget.ts';
import { ExampleFinder } from './examples.ts';
import { type HeirOf, knownClasses, type LabelledScene, labelledScene } from './labelled-scene.ts';
import { followDetections, isIgnored, type Outcomes } from './outcomes.ts';
import type { KeptDetections } from './packed-detections.ts';
import type { SceneColumns } from './scene-columns.ts';
import { bestThreshold, confusionMatrix, type ThresholdCurve, thresholdCurve } from './thresholds.ts';

/** IoU from which a box is found, for all but COCO's own figures. */
const IOU = 0.5;

/** The draws of intervals: the same for the same evaluation. */
const DRAWS = 'intervals';

export class Analysis {
  readonly scene: LabelledScene;
  readonly finder: ExampleFinder;
  readonly #outcomes: Outcomes;

  constructor(scene: LabelledScene) {
    this.scene = scene;
    this.#outcomes = followDetections(scene.input);
    this.finder = new ExampleFinder(scene, this.#outcomes);
  }

  /** `names`: of the classes by id. */
  figures(names: ReadonlyMap<number, string>): Figures {
    const { input, classIds } = this.scene;
    const { metrics, perClass, curves } = evaluateCoco(input);
    const all = thresholdCurve(input, this.#outcomes);
    return {
      images: input.numImages,
      scenes: new Set(this.scene.groups).size,
      boxes: all.wanted,
      detections: input.dt.scores.length,
      metrics,
      thresholds: plain(all),
      bestThreshold: bestThreshold(all),
      errors: { ...errorBudget(input, this.#outcomes), counts: countErrors(this.#outcomes) },
      classes: classIds.map((id, k) => ({
        id,
        name: names.get(id) ?? `class ${id}`,
        AP: perClass[k]?.AP ?? -1,
        AP50: perClass[k]?.AP50 ?? -1,
        thresholds: plain(thresholdCurve(input, this.#outcomes, k)),
        precision: [...(curves[k]?.precision ?? [])],
        scores: [...(curves[k]?.scores ?? [])],
      })),
    };
  }

  intervals(): Intervals {
    return apIntervals(apStatistics(this.scene.input, this.scene.groups), Rng.seeded(DRAWS));
  }

  confusion(score: number): ConfusionCounts {
    return [...confusionMatrix(this.scene.input, this.#outcomes, score, IOU).counts];
  }

  examples(selector: Selector): Examples {
    return this.finder.find(selector);
  }
}

/** What stands beside two evaluations that are compared. */
export interface ComparedOn {
  /** Images that both have. */
  readonly scene: SceneColumns;
  readonly names: ReadonlyMap<number, string>;
  readonly heirOf: HeirOf;
}

/** Two evaluations on the images that both have. */
export function compare(
  first: KeptDetections,
  second: KeptDetections,
  { scene, names, heirOf }: ComparedOn,
): Comparison {
  const classIds = knownClasses([first, second], heirOf);
  const [before, after] = [first, second].map(
    (kept) => new Analysis(labelledScene(scene, kept, heirOf, classIds)),
  );
  if (!before || !after) throw new Error('Expected two analyses');
  const [a, b] = [evaluateCoco(before.scene.input), evaluateCoco(after.scene.input)];
  const sampled = apDifference(
    apStatistics(before.scene.input, before.scene.groups),
    apStatistics(after.scene.input, after.scene.groups),
    Rng.seeded(DRAWS),
  );
  const metric = (name: 'AP' | 'AP50'): ComparedMetric => ({
    first: a.metrics[name],
    second: b.metrics[name],
    difference: b.metrics[name] - a.metrics[name],
    interval: sampled?.[name].interval ?? null,
  });
  return {
    images: before.scene.input.numImages,
    AP: metric('AP'),
    AP50: metric('AP50'),
    classes: classIds.map((id, k) => ({
      id,
      name: names.get(id) ?? `class ${id}`,
      first: a.perClass[k]?.AP ?? -1,
      second: b.perClass[k]?.AP ?? -1,
    })),
    gained: after.finder.labels(foundByOne(after, before)),
    lost: before.finder.labels(foundByOne(before, after)),
  };
}

/** Labelled rows, the same for both, that one finds and the other does not. */
function foundByOne(one: Analysis, other: Analysis): number[] {
  const { input } = one.scene;
  const rows = [...input.gt.classIndex.keys()];
  return rows.filter(
    (row) => !isIgnored(input, row) && one.finder.isFound(row) && !other.finder.isFound(row),
  );
}

function plain({ found, wrong, wanted }: ThresholdCurve): ThresholdCounts {
  return { found: [...found], wrong: [...wrong], wanted };
}
