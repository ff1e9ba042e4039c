// A project with one class, and a model from a file that suggests it.
import type { Find, SuggestingModel } from '../../../src/main/services/suggestions.ts';
import { labellingProject } from './temporary.ts';

/** A square of 20 pixels. */
export const find = (x: number, score: number, classIndex = 0): Find => ({
  x,
  y: 10,
  width: 20,
  height: 20,
  classIndex,
  score,
});

/** The model's second class stands for none of the project's. */
export function suggestingProject(images = 2) {
  const { project, imageIds } = labellingProject(images);
  const cell = project.classes.add({ name: 'cell' }, 'test');
  const model: SuggestingModel = {
    key: '/models/cells.pth',
    name: 'cells.pth',
    runId: null,
    classes: [
      { name: 'Cell', classId: cell.id },
      { name: 'dirt', classId: null },
    ],
  };
  return { project, imageIds, cell, model, imageId: imageIds[0]! };
}
