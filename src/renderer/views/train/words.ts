// Runs in words: how long, how large, how far, what it is doing.
import type { LiveRun, RunSummary } from '../../../shared/contract.ts';
import { type Message, msg } from '../../words/message.ts';
import { t } from '../../words/words.ts';

/** A run's status as the list of runs says it. */
export const statuses: Readonly<Record<RunSummary['status'], Message>> = {
  done: msg('done'),
  failed: msg('failed'),
  paused: msg('paused'),
  stopped: msg('stopped'),
  running: msg('running'),
  queued: msg('queued'),
};

/** `1 h 20 min`, `3 min`, `40 s`. */
export function durationWords(seconds: number): string {
  if (seconds < 90) return t('{seconds} s', { seconds: Math.max(1, Math.round(seconds)) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t('{minutes} min', { minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return t('{hours} h {minutes} min', { hours, minutes: minutes % 60 });
  return t('{days, plural, one {# day} other {# days}}', { days: Math.round(hours / 24) });
}

/** What a training under way is doing. */
export function phaseWords(live: LiveRun): string {
  const { phase, evaluated, epoch, epochs } = live;
  if (phase === 'pausing') return t('pausing after this step');
  if (phase === 'stopping') return t('stopping after epoch {epoch}', { epoch });
  if (phase === 'starting') return t('building the network');
  if (phase === 'probing') return t('finding the largest batch that fits');
  if (phase === 'training') return t('learning, epoch {epoch} of {epochs}', { epoch, epochs });
  return evaluated
    ? t('testing image {done} of {total}', { done: evaluated.done, total: evaluated.of })
    : t('testing');
}

/** How far a training is, 0 to 1; null before it is known. */
export function progressOf({ step, steps }: LiveRun): number | null {
  return steps > 0 ? Math.min(1, step / steps) : null;
}

/** A progress in whole per cent, never more than is done. */
export function progressWords(progress: number): string {
  return t('{percent} %', { percent: Math.floor(progress * 100) });
}

/** The window's title: how far the training is, so that a tab or a task bar tells it. */
export function windowTitle(project: string | undefined, live: LiveRun | null): string {
  const place = project === undefined ? 'DDOD Studio' : `${project} — DDOD Studio`;
  if (!live) return place;
  const progress = progressOf(live);
  const done = progress === null ? '…' : progressWords(progress);
  if (live.secondsLeft === null) return `${done} — ${place}`;
  return t('{done}, {time} left — {place}', { done, time: durationWords(live.secondsLeft), place });
}
