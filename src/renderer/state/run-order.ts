// The list of runs as somebody wants to see it: which of them, in which order.
import type { RunSummary } from '../../shared/contract.ts';
import { statuses } from '../views/train/words.ts';
import { translated } from '../words/words.ts';

export const runColumns = ['name', 'status', 'AP', 'AP50', 'took', 'bytes', 'startedAt'] as const;
export type RunColumn = (typeof runColumns)[number];

export interface RunOrder {
  readonly by: RunColumn;
  readonly falling: boolean;
}

export interface RunFilter {
  /** Words that all have to be found in its name, tags, notes, status or recipe. */
  readonly words: string;
  readonly starred: boolean;
}

/** The run that is meant where nobody said: the one that was chosen in the list, or else the best. */
export function meantRun(trained: readonly RunSummary[], picked: string | undefined): RunSummary | undefined {
  const best = [...trained].sort((a, b) => (b.best?.AP ?? -1) - (a.best?.AP ?? -1) || newer(a, b))[0];
  return trained.find(({ id }) => id === picked) ?? best;
}

/** Seconds a run was trained, its pauses left out; null while it goes on, and where it never did. */
export function tookSeconds({ status, trainedMs }: Pick<RunSummary, 'status' | 'trainedMs'>): number | null {
  return status === 'running' || trainedMs === 0 ? null : trainedMs / 1000;
}

/** The order a click on a column's head makes: numbers and times first from the largest, the same again turned round. */
export function nextOrder(order: RunOrder, by: RunColumn): RunOrder {
  if (order.by === by) return { by, falling: !order.falling };
  return { by, falling: by !== 'name' && by !== 'status' };
}

/** The runs that a filter leaves, in order; runs without the value come last either way. */
export function listed(runs: readonly RunSummary[], filter: RunFilter, order: RunOrder): RunSummary[] {
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = runs.filter((run) => {
    const text = words.length > 0 ? textOf(run) : '';
    return (!filter.starred || run.starred) && words.every((word) => text.includes(word));
  });
  return kept.sort(
    (a, b) => compare(sortValue(a, order.by), sortValue(b, order.by), order.falling) || newer(a, b),
  );
}

function textOf(run: RunSummary): string {
  const { name, detector, backbone } = run.recipe;
  const tags = run.tags.map((tag) => `#${tag}`);
  const status = translated(statuses[run.status]);
  return [run.id, run.name, run.status, status, run.notes, run.cause ?? '', name, detector, backbone, ...tags]
    .join(' ')
    .toLowerCase();
}

function sortValue(run: RunSummary, column: RunColumn): string | number | null {
  if (column === 'AP' || column === 'AP50') return run.best?.[column] ?? null;
  if (column === 'status') return translated(statuses[run.status]);
  // what waits will be the newest
  if (column === 'startedAt') return run.startedAt ?? Number.MAX_SAFE_INTEGER;
  return column === 'took' ? tookSeconds(run) : run[column];
}

function compare(a: string | number | null, b: string | number | null, falling: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const rising =
    typeof a === 'string' ? a.localeCompare(String(b), undefined, { numeric: true }) : a - Number(b);
  return falling ? -rising : rising;
}

function newer(a: RunSummary, b: RunSummary): number {
  return b.createdAt - a.createdAt;
}
