// What the states of an image are called on the screen.
import type { ImageState } from '../../../shared/model.ts';

export const stateNames: Readonly<Record<ImageState, string>> = {
  unlabelled: 'unlabelled',
  'in-progress': 'in progress',
  done: 'done',
  empty: 'empty',
};
