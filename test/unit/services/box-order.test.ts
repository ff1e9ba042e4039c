// Which boxes lie over others: stored, undone, and of the journal's rows that know nothing of it.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { OpenProject } from '../../../src/main/services/projects.ts';
import type { BoxInput } from '../../../src/shared/model.ts';
import { labellingProject } from './temporary.ts';

function put(project: OpenProject, imageId: number, ...boxes: BoxInput[]) {
  const { revision } = project.annotations.labels(imageId).image;
  return project.annotations.apply({ imageId, revision, name: 'draw', put: boxes, session: 'test' }).boxes;
}

const at = (x: number, classId: number): BoxInput => ({ x, y: 5, width: 10, height: 10, classId });

describe('the order of boxes', () => {
  it('lays boxes over others, and undoes what was drawn before boxes had an order', () => {
    const { project, imageIds } = labellingProject(1);
    const cat = project.classes.add({ name: 'cat' }, 'test');
    const id = imageIds[0]!;
    const [first, second] = put(project, id, at(1, cat.id), at(2, cat.id));
    put(project, id, { ...at(1, cat.id), id: first!.id, z: 1 });
    const order = () => project.annotations.labels(id).boxes.map((box) => box.id);
    expect(order()).toEqual([second!.id, first!.id]);
    // as rows were written then
    const sql = `UPDATE journal SET "before" = replace("before", ',"z":0', ''), "after" = replace("after", ',"z":0', '')`;
    const file = new Sqlite(join(project.dir, 'project.db'));
    expect(file.prepare(sql).run().changes).toBeGreaterThan(2);
    file.close();
    project.journal.undo('test');
    expect(order()).toEqual([first!.id, second!.id]);
    project.journal.undo('test');
    expect(order()).toEqual([]);
    project.journal.redo('test');
    expect(project.annotations.labels(id).boxes).toMatchObject([{ z: 0 }, { z: 0 }]);
  });
});
