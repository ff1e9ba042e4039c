// Follows a training on the command line: a bar with rate and time left, and one line an evaluation.
import type { Recipe } from '../../shared/recipe.ts';
import type { Metrics, TrainingEvent } from '../trainer/job.ts';
import { type Console, duration, percent } from './console.ts';

export class TrainingReport {
  step = 0;
  epoch = 0;
  best: Metrics | undefined;
  readonly #console: Console;
  readonly #recipe: Recipe;
  readonly #began = Date.now();
  readonly #stepSeconds: number[] = [];
  #stepsPerEpoch = 1;
  #stepAt = Date.now();

  constructor(console: Console, recipe: Recipe) {
    this.#console = console;
    this.#recipe = recipe;
  }

  get seconds(): number {
    return (Date.now() - this.#began) / 1000;
  }

  get medianStepSeconds(): number | null {
    return this.#stepSeconds.toSorted((a, b) => a - b)[this.#stepSeconds.length >> 1] ?? null;
  }

  hear(event: TrainingEvent): void {
    if (event.type === 'started') this.#started(event);
    else if (event.type === 'resumed') this.epoch = event.trace.at(-1)?.epoch ?? 0;
    else if (event.type === 'step') this.#stepped(event);
    else if (event.type === 'evaluating') {
      this.#console.progress(event.done, event.of, `evaluating ${event.done} of ${event.of} images`);
      this.#stepAt = Date.now();
    } else if (event.type === 'evaluation') this.#evaluated(event.epoch, event.metrics);
    else if (event.type === 'probing')
      this.#console.note('finding the largest batch that fits in memory ...');
    else if (event.type === 'log' || event.type === 'out of memory') this.#console.note(event.text);
  }

  #started(event: Extract<TrainingEvent, { type: 'started' }>): void {
    this.#stepsPerEpoch = event.stepsPerEpoch;
    this.step = event.fromStep;
    this.#stepAt = Date.now();
    const from = event.fromStep === 0 ? '' : `, from step ${event.fromStep}`;
    this.#console.note(`${(event.parameters / 1e6).toFixed(2)} million weights on ${event.device}${from}`);
  }

  #stepped({ step, epoch, metrics }: Extract<TrainingEvent, { type: 'step' }>): void {
    const now = Date.now();
    this.#stepSeconds.push((now - this.#stepAt) / 1000);
    this.#stepAt = now;
    this.step = step;
    this.epoch = epoch;
    const total = this.#stepsPerEpoch * this.#recipe.train.epochs;
    const left = (total - step) * (this.medianStepSeconds ?? 0);
    const rate = `${metrics.images_per_second?.toFixed(1)} img/s`;
    const text = `epoch ${epoch} step ${step}/${total}  loss ${metrics.loss?.toFixed(3)}  ${rate}  ${duration(left)} left`;
    this.#console.progress(step, total, text);
  }

  #evaluated(epoch: number, metrics: Metrics): void {
    if (this.best === undefined || (metrics.AP ?? -1) > (this.best.AP ?? -1)) this.best = metrics;
    this.#console.note(
      `epoch ${epoch}: AP ${percent(metrics.AP)}, AP50 ${percent(metrics.AP50)} on the validation images`,
    );
  }
}
