// The history of an image as it is listed: what was done to the same boxes in small steps is one row.
import type { HistoryEntry } from '../../shared/contract/history.ts';

export interface HistoryRow {
  /** The newest of its steps. */
  readonly entry: HistoryEntry;
  readonly times: number;
}

/** What keys do step by step. */
const STEPWISE: ReadonlySet<string> = new Set(['nudge', 'resize']);

/** From entries, newest first. */
export function historyRows(entries: readonly HistoryEntry[]): readonly HistoryRow[] {
  const rows: HistoryRow[] = [];
  for (const entry of entries) {
    const last = rows.at(-1);
    if (last && isSameStep(last.entry, entry)) rows[rows.length - 1] = { ...last, times: last.times + 1 };
    else rows.push({ entry, times: 1 });
  }
  return rows;
}

function isSameStep(a: HistoryEntry, b: HistoryEntry): boolean {
  if (a.kind !== 'gesture' || b.kind !== 'gesture' || a.gesture !== b.gesture) return false;
  return STEPWISE.has(a.gesture) && a.boxIds.length > 0 && a.boxIds.join() === b.boxIds.join();
}
