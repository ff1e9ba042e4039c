// Table `hidden_box`: boxes that an import which goes on has written, which `live_box` leaves out.
import type { ReadableDb, WritableDb } from './database.ts';
import { idList } from './json-column.ts';

interface Range {
  readonly first: number;
  readonly last: number;
}

function hiddenRange(db: ReadableDb): Range {
  return db.read<Range>('SELECT first, last FROM hidden_box').get() ?? { first: 0, last: 0 };
}

/** Keeps `count` ids of boxes back, which nobody sees until `showBoxes`; returns the first. */
export function hideBoxes(db: WritableDb, count: number): number {
  const sequence = "SELECT coalesce(max(seq), 0) AS last FROM sqlite_sequence WHERE name = 'box'";
  const used = db.read<{ last: number }>(sequence).get()?.last ?? 0;
  const [first, last] = [used + 1, used + count];
  db.write("DELETE FROM sqlite_sequence WHERE name = 'box'").run();
  db.write("INSERT INTO sqlite_sequence (name, seq) VALUES ('box', ?)").run(last);
  db.write('UPDATE hidden_box SET first = ?, last = ?').run(first, last);
  return first;
}

/** Lets everybody see what was hidden. */
export function showBoxes(db: WritableDb): void {
  db.write('UPDATE hidden_box SET first = 0, last = 0').run();
}

/** Deletes some hidden boxes; false once none is left, and none is hidden any more. */
export function deletePartOfHidden(db: WritableDb, boxes: number): boolean {
  const { first, last } = hiddenRange(db);
  if (last === 0) return false;
  const sql = 'DELETE FROM box WHERE id IN (SELECT id FROM box WHERE id BETWEEN ? AND ? LIMIT ?)';
  if (db.write(sql).run(first, last, boxes).changes > 0) return true;
  showBoxes(db);
  return false;
}

/** Deletes the hidden boxes of images; returns their ids. */
export function deleteHiddenOf(db: WritableDb, imageIds: readonly number[]): number[] {
  const { first, last } = hiddenRange(db);
  const sql = `SELECT id FROM box WHERE image_id IN (SELECT value FROM json_each(?)) AND id BETWEEN ? AND ?`;
  const ids = db.read<{ id: number }>(sql).all(idList(imageIds), first, last);
  const list = ids.map(({ id }) => id);
  db.write('DELETE FROM box WHERE id IN (SELECT value FROM json_each(?))').run(idList(list));
  return list;
}
