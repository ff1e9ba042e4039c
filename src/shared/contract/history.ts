// What happened to an image, what it looked like then, and the way back.
import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Box, ImageState, Timestamp } from '../model.ts';
import { id, project, request } from './request.ts';

export interface HistoryEntry {
  /** The journal's number of it. */
  readonly seq: number;
  readonly kind: 'gesture' | 'undo' | 'redo';
  /** What the user did: `draw`, `move`, `class-merge`. */
  readonly gesture: string;
  readonly at: Timestamp;
  /** The window or command that did it. */
  readonly session: string;
  /** The boxes of the image that it is about, and their classes; none where it is about more than a hand changes. */
  readonly boxIds: readonly number[];
  readonly classIds: readonly number[];
}

/** An image's labels as they stood after an entry. */
export interface PastLabels {
  readonly state: ImageState;
  readonly boxes: readonly Box[];
}

/** Before any gesture. */
const seq = z.number().int().min(0);

export const historyContract = {
  /** Newest first. */
  list: request.input(z.strictObject({ imageId: id })).output(type<readonly HistoryEntry[]>()),
  look: request.input(z.strictObject({ imageId: id, seq })).output(type<PastLabels>()),
  goBack: request.input(z.strictObject({ project, imageId: id, seq })).output(type<boolean>()),
};
