// The evaluations of a training: the numbers, each class apart, and what is seen on the few images that are watched.
import { evaluateNetwork } from '../detector/engine/evaluate.ts';
import type { Metrics, Training } from '../detector/engine/training.ts';
import { isOutOfMemory } from '../detector/out-of-memory.ts';
import type { ClassResult, FoundObjects, TrainingEvent, TrainingJob } from './job.ts';
import { plain } from './read-model.ts';
import { sampleOf } from './samples.ts';

/** Weaker detections are not shown on the watched images. */
const SHOWN_SCORE = 0.1;

export class ValidationPass {
  readonly #job: TrainingJob;
  readonly #training: Training;
  readonly #say: (event: TrainingEvent) => void;
  readonly #samples;
  /** Of the newest evaluation. */
  perClass: readonly ClassResult[] = [];
  bestThreshold = 0;
  watched: readonly FoundObjects[] = [];

  constructor(job: TrainingJob, training: Training, say: (event: TrainingEvent) => void) {
    this.#job = job;
    this.#training = training;
    this.#say = say;
    this.#samples = job.val.map(sampleOf);
  }

  /** The metrics of the weights as they stand; undefined without validation images. Throws `signal`'s reason once aborted. */
  async run(signal: AbortSignal): Promise<Metrics | undefined> {
    if (this.#samples.length === 0) return undefined;
    let images = Math.ceil(this.#job.recipe.train.batch / this.#training.parts);
    for (;;) {
      try {
        return await this.#evaluate(images, signal);
      } catch (error) {
        if (images === 1 || !isOutOfMemory(error)) throw error;
        images = Math.ceil(images / 2);
      }
    }
  }

  async #evaluate(batch: number, signal: AbortSignal): Promise<Metrics> {
    const { recipe, classes, watched = [] } = this.#job;
    const smaller = { ...recipe, train: { ...recipe.train, batch } };
    const { metrics, perClass, bestThreshold, detections } = await evaluateNetwork(
      this.#training.network,
      this.#samples,
      smaller,
      classes,
      {
        signal,
        ...(this.#training.parts > 1 ? { decoders: 0 } : {}),
        onProgress: (done) => this.#say({ type: 'evaluating', done, of: this.#samples.length }),
        onSkip: (problem) => this.#say({ type: 'log', level: 'warning', text: problem.sentence }),
      },
    );
    this.perClass = perClass;
    this.bestThreshold = bestThreshold;
    this.watched = watched.flatMap((index) => {
      const found = detections[index];
      return found ? [plain(found, SHOWN_SCORE)] : [];
    });
    return metrics;
  }
}
