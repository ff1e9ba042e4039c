// One evaluation looked at: figures, intervals, the boxes behind each figure.
import type {
  ConfusionCounts,
  Examples,
  Figures,
  Intervals,
  Selector,
  ThresholdCounts,
} from '../../../shared/evaluation.ts';
import { Rng } from '../data/rng.ts';
import { apIntervals, apStatistics } from './bootstrap.ts';
import { evaluateCoco } from './coco.ts';
import { countErrors, errorBudget } from './error-budget.ts';
import { ExampleFinder } from './examples.ts';
import type { LabelledScene } from './labelled-scene.ts';
import { followDetections, type Outcomes, usualRules } from './outcomes.ts';
import { bestThreshold, confusionMatrix, type ThresholdCurve, thresholdCurve } from './thresholds.ts';

/** The draws of intervals: the same for the same evaluation. */
export const DRAWS = 'intervals';

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
      groups: new Set(this.scene.groups).size,
      boxes: all.wanted,
      detections: input.dt.scores.length,
      metrics,
      thresholds: plain(all),
      bestThreshold: bestThreshold(all),
      lowestScore: input.dt.scores.length === 0 ? 0 : input.dt.scores.reduce((a, b) => Math.min(a, b)),
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
    return [...confusionMatrix(this.scene.input, this.#outcomes, score, usualRules.iou).counts];
  }

  examples(selector: Selector, from: number): Examples {
    return this.finder.find(selector, from);
  }
}

function plain({ found, wrong, wanted }: ThresholdCurve): ThresholdCounts {
  return { found: [...found], wrong: [...wrong], wanted };
}
