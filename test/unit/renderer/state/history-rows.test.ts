import { describe, expect, it } from 'vitest';
import { historyRows } from '../../../../src/renderer/state/history-rows.ts';
import type { HistoryEntry } from '../../../../src/shared/contract/history.ts';

const entry = (seq: number, gesture: string, boxIds: number[], kind: HistoryEntry['kind'] = 'gesture') => ({
  ...{ seq, gesture, boxIds, kind },
  ...{ at: seq, session: 'window', classIds: [1] },
});

describe('rows of a history', () => {
  it('join the steps of one box', () => {
    const entries = [
      entry(5, 'nudge', [1]),
      entry(4, 'nudge', [1]),
      entry(3, 'nudge', [1]),
      entry(2, 'draw', [1]),
    ];
    expect(historyRows(entries).map((row) => [row.entry.seq, row.times])).toEqual([
      [5, 3],
      [2, 1],
    ]);
  });

  it('leave apart what is of other boxes, taken back, of no box that is told, or done by hand', () => {
    const entries = [
      entry(9, 'nudge', [1]),
      entry(8, 'nudge', [2]),
      entry(7, 'nudge', [2], 'undo'),
      entry(6, 'nudge', [2], 'undo'),
      entry(5, 'resize', []),
      entry(4, 'resize', []),
      entry(3, 'move', [2]),
      entry(2, 'move', [2]),
    ];
    expect(historyRows(entries).map(({ times }) => times)).toEqual(entries.map(() => 1));
  });
});
