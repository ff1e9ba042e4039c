// Undo and redo of what no longer goes with what is in the project.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { labellingProject } from './temporary.ts';

describe('the journal', () => {
  it('passes over what does not go with what is there now, in both directions', () => {
    const { project, imageIds } = labellingProject(2);
    const revisionOf = (id: number) => project.annotations.labels(id).image.revision;
    const states = () => project.annotations.images().map(({ state }) => state);
    for (const id of imageIds) project.annotations.finish(id, revisionOf(id), 'test');
    const other = new Sqlite(join(project.dir, 'project.db'));
    const spoil = (side: 'before' | 'after', seq: number) =>
      other.prepare(`UPDATE journal SET ${side} = '{"states":[[1,"odd"]]}' WHERE seq = ?`).run(seq);
    const last = () => project.annotations.history(imageIds[1]!)[0]!.seq;
    const first = project.annotations.history(imageIds[0]!)[0]!.seq;
    spoil('before', last());
    expect(() => project.journal.undo('test')).toThrow('"finish" cannot be taken back');
    expect(states()).toEqual(['empty', 'empty']);
    expect(project.journal.undo('test')).toMatchObject({ imageIds: [imageIds[0]] });
    spoil('after', first);
    expect(() => project.journal.redo('test')).toThrow('"finish" cannot be repeated');
    expect(project.journal.ahead()).toEqual({ undo: 'import', redo: null });
    other.close();
  });
});
