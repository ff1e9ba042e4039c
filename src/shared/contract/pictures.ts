// Pictures travel by address, never through a call; only their making is asked for.
import { type } from '@orpc/contract';
import { z } from 'zod';
import { id, project, request } from './request.ts';

export const pictureContract = {
  /** Cuts a large image into tiles; answered when they are there. */
  cut: request.input(z.strictObject({ project, imageId: id })).output(type<void>()),
};
