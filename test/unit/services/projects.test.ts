// Projects as folders: made, opened, refused, moved, remembered.
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { projectSchema } from '../../../src/main/db/migrations/project.ts';
import { createProject, isProject, openProject } from '../../../src/main/services/projects.ts';
import {
  forgetProject,
  recentProjects,
  rememberProject,
} from '../../../src/main/services/recent-projects.ts';
import { Problem } from '../../../src/shared/problem.ts';
import { closing, staged, stagedImage, temporaryFolder, temporaryProject } from './temporary.ts';

describe('a project', () => {
  it('is made once and opened again', () => {
    const dir = join(temporaryFolder(), 'new', 'cells');
    const project = closing(createProject(dir));
    const info = project.info();
    expect(info).toMatchObject({ name: 'cells', dir, imageRoot: dir });
    expect(() => createProject(dir)).toThrow('already holds a project');
    expect(() => openProject(dir)).toThrow('already open for writing');
    project.close();
    expect(isProject(dir)).toBe(true);
    expect(closing(openProject(dir)).info()).toEqual(info);
  });

  it('is made again where a crash cut its making short, at every step', () => {
    for (let steps = -1; steps <= projectSchema.migrations.length; steps++) {
      const dir = join(temporaryFolder(), 'cells');
      mkdirSync(dir);
      const file = new Sqlite(join(dir, 'project.db'));
      if (steps >= 0) file.pragma('journal_mode = WAL');
      if (steps >= 0) file.pragma(`application_id = ${projectSchema.applicationId}`);
      for (const { sql, version } of projectSchema.migrations.slice(0, Math.max(0, steps)))
        file.exec(`${sql}; PRAGMA user_version = ${version}`);
      file.close();
      expect(isProject(dir)).toBe(false);
      const project = closing(createProject(dir));
      expect(project.info().name).toBe('cells');
      project.close();
      expect(isProject(dir)).toBe(true);
    }
  });

  it('is not any folder, any file, or any project.db', () => {
    const folder = temporaryFolder();
    expect(() => openProject(folder)).toThrow('is not a DDOD Studio project');
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(folder, 'file'), '');
    expect(() => createProject(join(folder, 'file'))).toThrow(Problem);
    mkdirSync(join(folder, 'odd'));
    writeFileSync(join(folder, 'odd', 'project.db'), 'x'.repeat(4096));
    expect(() => openProject(join(folder, 'odd'))).toThrow(/damaged or is not a database/);
    expect(() => openProject(join(folder, 'odd'), { readOnly: true })).toThrow(Problem);
  });

  it('moves with the images inside it', () => {
    const folder = temporaryFolder();
    const project = closing(createProject(join(folder, 'here')));
    project.datasets.commit(staged([stagedImage(join(project.dir, 'images', '1.jpg'))], []));
    project.close();
    renameSync(project.dir, join(folder, 'there'));
    const moved = closing(openProject(join(folder, 'there')));
    const [image] = moved.annotations.images();
    expect(moved.imageFile(image!)).toBe(join(folder, 'there', 'images', '1.jpg'));
  });

  it('finds images again after their folder was moved, and changes its root without losing any', () => {
    const project = temporaryProject();
    project.datasets.commit(staged([stagedImage('/old/a/1.jpg'), stagedImage('/old/b/2.jpg')], []));
    project.datasets.commit(staged([stagedImage('/far/3.jpg')], []));
    const files = () => project.annotations.images().map((image) => project.imageFile(image));
    project.moveImageRoot('/new');
    expect(files()).toEqual(['/new/a/1.jpg', '/new/b/2.jpg', '/far/3.jpg']);
    project.setImageRoot('/far');
    expect(files()).toEqual(['/new/a/1.jpg', '/new/b/2.jpg', '/far/3.jpg']);
    expect(project.annotations.images().map(({ path }) => path)).toEqual([
      '/new/a/1.jpg',
      '/new/b/2.jpg',
      '3.jpg',
    ]);
  });
});

describe('the root of images', () => {
  it('changes also where the path of one becomes what the path of another was', () => {
    const project = temporaryProject();
    project.datasets.commit(staged([stagedImage('/old/a/1.jpg'), stagedImage('/old/1.jpg')], []));
    project.setImageRoot('/old/a');
    expect(project.annotations.images().map(({ path }) => path)).toEqual(['1.jpg', '/old/1.jpg']);
  });
});

describe('recent projects', () => {
  it('are newest first, once each, and survive a damaged file', () => {
    const folder = join(temporaryFolder(), 'config');
    for (const name of ['a', 'b', 'a']) rememberProject(`/projects/${name}`, name, folder);
    expect(recentProjects(folder).map(({ name }) => name)).toEqual(['a', 'b']);
    forgetProject('/projects/a', folder);
    expect(recentProjects(folder).map(({ dir }) => dir)).toEqual(['/projects/b']);
    writeFileSync(join(folder, 'recent.json'), '{"half":');
    expect(recentProjects(folder)).toEqual([]);
  });
});
