// A full disk: a sentence, everything acknowledged is kept, work goes on once there is room.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCheckpointStore } from '../../../src/main/db/checkpoint-store.ts';
import { createProject, openProject } from '../../../src/main/services/projects.ts';
import { Workspace } from '../../../src/main/services/workspace.ts';
import { Problem } from '../../../src/shared/problem.ts';

const disk = mkdtempSync(join(tmpdir(), 'ddod-small-disk-'));
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]).status === 0;
if (!isMounted) console.log('disk-full: skipped, a small tmpfs cannot be mounted here');

afterAll(() => {
  if (isMounted) spawnSync('umount', [disk]);
  rmdirSync(disk);
});

function failure(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.runIf(isMounted)('on a full disk', () => {
  it('a gesture fails with a sentence and those before it are kept', () => {
    const dir = join(disk, 'project');
    const project = createProject(dir);
    // something to give back later: the disk fills up around the project
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, new Uint8Array(5_000_000));
    let added = 0;
    const error = failure(() => {
      for (;;) {
        project.classes.add({ name: `class ${added} ${'x'.repeat(20_000)}` }, 'test');
        added++;
      }
    });
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).sentence).toMatch(/full, so nothing more can be saved there.*Free some space/);
    expect(project.classes.list()).toHaveLength(added);
    rmSync(ballast);
    project.classes.add({ name: 'with room again' }, 'test');
    project.close();
    const again = openProject(dir);
    expect(again.classes.list()).toHaveLength(added + 1);
    again.close();
    rmSync(dir, { recursive: true });
  });

  it('a sample that is drawn fails with a sentence, and is drawn whole another time', async () => {
    process.env.DDOD_CONFIG_DIR = join(disk, 'config');
    process.env.DDOD_PROJECTS_DIR = join(disk, 'projects');
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, new Uint8Array(8_000_000));
    const workspace = new Workspace();
    const error = await workspace.sample().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).sentence).toMatch(/full, so nothing more can be saved there.*Free some space/);
    rmSync(ballast);
    expect((await workspace.sample()).name).toBe('Sample cells');
    workspace.close();
    rmSync(join(disk, 'projects'), { recursive: true });
  });

  it('a checkpoint fails whole, the one before stays', () => {
    const file = join(disk, 'checkpoints.db');
    const store = openCheckpointStore(file);
    const save = (bytes: number, step: number) => {
      const data = new Uint8Array(bytes).fill(step);
      const tensors = [{ role: 'model', name: 'w', dtype: 'int8', shape: [bytes], data }] as const;
      return store.save({ runId: 'r1', step, epoch: 1, kind: 'last', metrics: {}, state: {}, tensors });
    };
    const first = save(100_000, 1);
    expect(failure(() => save(9_000_000, 2))).toBeInstanceOf(Problem);
    expect(store.list('r1')).toEqual([first]);
    expect(store.load(first.id).tensor('model', 'w')?.data).toHaveLength(100_000);
    store.close();
  });
});
