// Where the files of the images lie: which are gone, and finding them again in another folder.
import { type } from '@orpc/contract';
import { z } from 'zod';
import { path, project, request } from './request.ts';

export interface MissingFiles {
  readonly missing: number;
  readonly total: number;
  /** The first of them, as the project has it. */
  readonly first: string | null;
}

export interface Relocated {
  /** Found by their place and name. */
  readonly byName: number;
  /** Found by their content, under another name. */
  readonly byContent: number;
  /** A file of that name is there, but with another content: it was not taken. */
  readonly different: number;
  readonly missing: number;
}

export const places = {
  missing: request.input(z.strictObject({ project })).output(type<MissingFiles>()),
  relocate: request.input(z.strictObject({ project, dir: path })).output(type<Relocated>()),
};
