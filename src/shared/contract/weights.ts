// Pretrained weights that a training begins with and that are not on the computer yet.
import { type } from '@orpc/contract';
import { z } from 'zod';
import { label, path, request } from './request.ts';

export const weightContract = {
  /** Downloads known weights, telling how far it is; a download that broke off goes on where it stopped. */
  fetch: request.input(z.strictObject({ name: label })).output(type<void>()),
  /** Takes the weights of this name from a file, which has to be the published one. */
  take: request.input(z.strictObject({ name: label, file: path })).output(type<void>()),
};
