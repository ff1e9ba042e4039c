// A look at a project that is not open, for the list of recent ones.
import { type } from '@orpc/contract';
import { z } from 'zod';
import { path, request } from './request.ts';

export interface ProjectGlance {
  readonly images: number;
  /** Images that are done, with boxes or without. */
  readonly finished: number;
  /** Pictures of the first images: each is read from /glance/KEY (see client.ts). */
  readonly pictures: readonly string[];
  /** Why there is nothing to see, and what to do. */
  readonly trouble: { readonly sentence: string; readonly remedy: string | null } | null;
}

export const glance = request.input(z.strictObject({ dir: path })).output(type<ProjectGlance>());
