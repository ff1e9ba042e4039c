// Runs in words: how long, how large, how far, what it is doing.
import type { LiveRun } from '../../../shared/contract.ts';

/** `1 h 20 min`, `3 min`, `40 s`. */
export function durationWords(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

/** What a training under way is doing. */
export function phaseWords(live: LiveRun): string {
  const { phase, evaluated, epoch, epochs } = live;
  if (phase === 'pausing') return 'pausing after this step';
  if (phase === 'stopping') return `stopping after epoch ${epoch}`;
  if (phase === 'starting') return 'building the network';
  if (phase === 'probing') return 'finding the largest batch that fits';
  if (phase === 'evaluating')
    return evaluated ? `testing image ${evaluated.done} of ${evaluated.of}` : 'testing';
  return `learning, epoch ${epoch} of ${epochs}`;
}

/** How far a training is, 0 to 1; null before it is known. */
export function progressOf({ step, steps }: LiveRun): number | null {
  return steps > 0 ? Math.min(1, step / steps) : null;
}

/** The window's title: how far the training is, so that a tab or a task bar tells it. */
export function windowTitle(project: string | undefined, live: LiveRun | null): string {
  const place = project === undefined ? 'DDOD Studio' : `${project} — DDOD Studio`;
  if (!live) return place;
  const progress = progressOf(live);
  const left = live.secondsLeft === null ? '' : `, ${durationWords(live.secondsLeft)} left`;
  return `${progress === null ? '…' : `${Math.floor(progress * 100)} %`}${left} — ${place}`;
}
