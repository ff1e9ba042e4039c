// Finds images that the splits should not part: same content, or same group, on two sides.
import type { Split } from '../../shared/model.ts';
import type { ReadableDb } from './database.ts';

export interface Leak {
  readonly reason: 'same-content' | 'same-group';
  /** The content hash or the group. */
  readonly key: string;
  readonly splits: readonly Split[];
  readonly imageIds: readonly number[];
}

interface LeakRow {
  readonly key: string;
  readonly splits: string;
  readonly ids: string;
}

function toLeak(reason: Leak['reason'], row: LeakRow): Leak {
  const splits = JSON.parse(row.splits) as Split[];
  return {
    reason,
    key: row.key,
    splits: [...new Set(splits)].sort(),
    imageIds: JSON.parse(row.ids) as number[],
  };
}

/** Every leak between splits, by content first. */
export function findLeaks(db: ReadableDb): Leak[] {
  const by = (column: 'content_hash' | 'group_key') =>
    db
      .read<LeakRow>(
        `SELECT ${column} AS key, json_group_array(split) AS splits, json_group_array(id) AS ids
         FROM live_image WHERE ${column} IS NOT NULL AND split IS NOT NULL
         GROUP BY ${column} HAVING count(DISTINCT split) > 1 ORDER BY ${column}`,
      )
      .all();
  return [
    ...by('content_hash').map((row) => toLeak('same-content', row)),
    ...by('group_key').map((row) => toLeak('same-group', row)),
  ];
}
