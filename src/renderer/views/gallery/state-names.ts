// What the states of an image are called on the screen.
import type { ImageState } from '../../../shared/model.ts';
import { type Message, msg } from '../../words/message.ts';

export const stateNames: Readonly<Record<ImageState, Message>> = {
  unlabelled: msg('unlabelled'),
  'in-progress': msg('in progress'),
  done: msg('done'),
  empty: msg('empty'),
};
