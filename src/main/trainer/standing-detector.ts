// The detector that stays ready in the training process: one model is kept, questions are answered in their order.
import { Problem, sentenceOf } from '../../shared/problem.ts';
import type { DetectorAnswer, DetectorRequest } from './job-detector.ts';
import type { OpenDetector } from './looking.ts';
import { openDetector } from './open-detector.ts';

export class StandingDetector {
  readonly #say: (answer: DetectorAnswer) => void;
  #held: { readonly key: string; readonly detector: OpenDetector } | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(say: (answer: DetectorAnswer) => void) {
    this.#say = say;
  }

  /** Answers once those asked before are answered. */
  ask(question: DetectorRequest): void {
    this.#last = this.#last.then(async () => {
      this.#say(await this.#answer(question));
      await this.#held?.detector.prepare?.();
    });
  }

  async #answer(question: DetectorRequest): Promise<DetectorAnswer> {
    const { request, images } = question;
    try {
      const detector = await this.#ready(question);
      if (question.type === 'look') {
        const found = await detector.look(images, question.scoreThresh);
        const { classes, runtime, hindrance } = detector;
        return { type: 'looked', request, classes, runtime, hindrance, images: found };
      }
      if (!detector.explain) throw closedBox();
      return { type: 'explained', request, ...(await detector.explain(images, question.maps)) };
    } catch (error) {
      return { type: 'failed', request, message: sentenceOf(error) };
    }
  }

  async #ready({ model, cache }: DetectorRequest): Promise<OpenDetector> {
    const key = JSON.stringify(model);
    if (this.#held?.key === key) return this.#held.detector;
    this.#held?.detector.dispose();
    this.#held = undefined;
    const detector = await openDetector(model, cache);
    this.#held = { key, detector };
    return detector;
  }
}

function closedBox(): Problem {
  return new Problem('This kind of model does not show its inside.', 'Choose a run, or weights of a run.');
}
