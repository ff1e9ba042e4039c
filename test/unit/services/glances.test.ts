// Looks at recent projects: what is in them, and what is told where they cannot be seen. They are left as they were.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { Glances } from '../../../src/main/services/glances.ts';
import { createProject } from '../../../src/main/services/projects.ts';
import { rememberProject } from '../../../src/main/services/recent-projects.ts';
import { staged, stagedBox, stagedImage, temporaryFolder } from './temporary.ts';

describe('a look at a recent project', () => {
  let dir: string;

  beforeEach(() => {
    const folder = temporaryFolder();
    process.env.DDOD_CONFIG_DIR = join(folder, 'config');
    process.env.DDOD_THUMBNAILS = join(folder, 'thumbnails');
    dir = join(folder, 'cells');
  });

  async function make(): Promise<void> {
    mkdirSync(dir);
    const image = join(dir, 'a.png');
    await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
      .png()
      .toFile(image);
    const project = createProject(dir);
    const gone = stagedImage(join(dir, 'gone.png'), [stagedBox(0)]);
    project.datasets.commit(staged([stagedImage(image), gone], ['cat']));
    project.datasets.commit({ ...staged([stagedImage(join(dir, 'other.png'))], []), format: 'images' });
    project.close();
    rememberProject(dir, 'cells');
  }

  it('counts what is done and shows the pictures that are there', async () => {
    await make();
    const glances = new Glances();
    const before = readFileSync(join(dir, 'project.db'));
    const seen = await glances.at(dir);
    expect(seen).toMatchObject({ images: 3, finished: 2, trouble: null });
    expect(seen.pictures).toHaveLength(1);
    const picture = glances.picture(seen.pictures[0]!);
    expect((await sharp(picture!.file).metadata()).width).toBe(64);
    expect((await glances.at(dir)).pictures).toEqual(seen.pictures);
    expect(readFileSync(join(dir, 'project.db'))).toEqual(before);
  });

  it('says which one is gone, damaged or from an older program, and changes none', async () => {
    await make();
    const file = join(dir, 'project.db');
    const older = new Sqlite(file);
    older.pragma('user_version = 1');
    older.close();
    const before = readFileSync(file);
    const troubleOf = async () => (await new Glances().at(dir)).trouble?.sentence;
    expect(await troubleOf()).toMatch('written by an older version');
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(dir)).not.toContain('backups');
    writeFileSync(file, 'x'.repeat(4096));
    expect(await troubleOf()).toMatch('damaged');
    rmSync(dir, { recursive: true });
    expect(await troubleOf()).toMatch('not there any more');
  });

  it('waits for no disk that does not answer, and looks nowhere else', async () => {
    await make();
    expect((await new Glances(0).at(dir)).trouble?.sentence).toMatch('does not answer');
    await expect(new Glances().at('/etc')).rejects.toThrow('not a recent project');
  });
});
