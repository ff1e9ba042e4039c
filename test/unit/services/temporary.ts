// Temporary projects and staged datasets for tests, on a real disk with real SQLite.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { StagedBox, StagedDataset, StagedImage } from '../../../src/main/formats/staged.ts';
import { createProject, type OpenProject } from '../../../src/main/services/projects.ts';

const folders: string[] = [];
const projects: OpenProject[] = [];

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-test-'));
  folders.push(folder);
  return folder;
}

/** Closes a project after the test, closed before or not. */
export function closing(project: OpenProject): OpenProject {
  projects.push(project);
  return project;
}

export function temporaryProject(): OpenProject {
  return closing(createProject(join(temporaryFolder(), 'project'), 'Test'));
}

afterEach(() => {
  for (const project of projects.splice(0)) project.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function stagedImage(
  path: string,
  boxes: StagedBox[] = [],
  more: Partial<StagedImage> = {},
): StagedImage {
  return { path, width: 640, height: 480, orientation: 1, boxes, ...more };
}

export function staged(images: StagedImage[], classes: string[] = ['cat', 'dog']): StagedDataset {
  return {
    format: 'coco',
    classes: classes.map((name, index) => ({ name, sourceId: index + 1 })),
    images,
    skipped: [],
    warnings: [],
  };
}

/** A square box of class `classIndex` at (at, at). */
export function stagedBox(classIndex: number, at = 10, size = 20): StagedBox {
  return { classIndex, x1: at, y1: at, x2: at + size, y2: at + size };
}

/** A project with `count` unlabelled images and the classes cat and dog; returns the image ids. */
export function labellingProject(count: number): { project: OpenProject; imageIds: number[] } {
  const project = temporaryProject();
  const images = Array.from({ length: count }, (_, index) => stagedImage(`/pictures/${index}.jpg`));
  project.datasets.commit({ ...staged(images, []), format: 'images' });
  return { project, imageIds: project.annotations.images().map((image) => image.id) };
}
