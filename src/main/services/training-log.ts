// What a training did, a line an event, as its log tells it.
import type { TracePoint, TrainingEvent } from '../trainer/job.ts';

const ENDS = {
  done: 'Done',
  paused: 'Paused',
  stopped: 'Stopped after an epoch, as asked',
  'stopped early': 'Done early: AP stopped getting better',
} as const satisfies Record<Extract<TrainingEvent, { type: 'ended' }>['end'], string>;

/** The line of an event; undefined for one that says nothing new, or that brings its own. */
export function lineOf(event: TrainingEvent): string | undefined {
  if (event.type === 'started') {
    const steps = `${event.stepsPerEpoch} steps an epoch on ${event.device}`;
    return event.fromStep === 0 ? `Begins: ${steps}` : `Goes on from step ${event.fromStep}: ${steps}`;
  }
  if (event.type === 'evaluation') {
    const { AP, AP50 } = event.metrics;
    return `Epoch ${event.epoch}: AP ${perCent(AP)}, AP50 ${perCent(AP50)} on the validation images`;
  }
  // the last one is replaced after every epoch
  if (event.type === 'checkpoint' && event.kind !== 'last')
    return `Checkpoint “${event.kind}” kept at step ${event.step}`;
  return event.type === 'ended' ? ENDS[event.end] : undefined;
}

function perCent(part: number | undefined): string {
  return part === undefined || part < 0 ? '–' : (part * 100).toFixed(1);
}

/** The mean loss of the steps of an epoch, told once they are over. */
export class EpochLoss {
  #last: TracePoint | undefined;
  #sum = 0;
  #steps = 0;

  see(point: TracePoint): void {
    this.#last = point;
    this.#sum += point.metrics.loss ?? Number.NaN;
    this.#steps += 1;
  }

  /** What is to be told before an event: the steps until it, where it ends an epoch or the training. */
  lineBefore({ type }: TrainingEvent): string | undefined {
    const last = this.#last;
    if (last === undefined || !['evaluating', 'evaluation', 'checkpoint', 'ended'].includes(type))
      return undefined;
    const line = `Epoch ${last.epoch}: loss ${(this.#sum / this.#steps).toFixed(3)} on average, until step ${last.step}`;
    this.#last = undefined;
    this.#sum = 0;
    this.#steps = 0;
    return line;
  }
}
