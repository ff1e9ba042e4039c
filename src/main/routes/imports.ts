// Imports into the open project, and the pictures of what was looked at.
import { Problem } from '../../shared/problem.ts';
import type { Crop, Picture } from '../services/pictures.ts';
import { wholePath } from '../services/typed-path.ts';
import type { Workspace } from '../services/workspace.ts';
import { compact, os, type Parts, progressOf } from './parts.ts';

export function importRoutes(parts: Parts) {
  const { workspace, tell } = parts;
  return os.imports.router({
    preview: os.imports.preview.handler(({ input: { project, ...input }, context: { session }, signal }) => {
      const onProgress = progressOf(parts, session);
      const source = compact({
        ...input,
        source: wholePath(input.source),
        images: input.images === undefined ? undefined : wholePath(input.images),
      });
      return workspace.imports.look(workspace.meant(project), source, session, {
        onProgress,
        signal,
      });
    }),
    convert: os.imports.convert.handler(({ input: { project, ...reading } }) =>
      workspace.imports.convert(workspace.meant(project), reading),
    ),
    run: os.imports.run.handler(async ({ input: { project, ...choices }, context: { session }, signal }) => {
      const onProgress = progressOf(parts, session);
      const done = await workspace.imports.take(workspace.meant(project), choices, session, {
        onProgress,
        signal,
      });
      tell({ type: 'classes' });
      tell({ type: 'images' });
      return done;
    }),
  });
}

const ADDRESS = /^\/staged\/([\w-]{36})\/(\d{1,9})$/;
const CROP = /^(-?\d{1,6}),(-?\d{1,6}),(\d{1,6}),(\d{1,6})$/;

/** The part of a picture that an address asks for; it may reach beyond the picture. */
export function cropOf(query: URLSearchParams): Crop | undefined {
  const [, ...numbers] = CROP.exec(query.get('crop') ?? '') ?? [];
  const [x = 0, y = 0, width = 0, height = 0] = numbers.map(Number);
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}

/** The picture at /staged/TOKEN/INDEX?crop=X,Y,WIDTH,HEIGHT; undefined where there is none. */
export async function stagedPicture(
  { imports }: Workspace,
  pathname: string,
  query: URLSearchParams,
): Promise<Picture | undefined> {
  const [, token, index] = ADDRESS.exec(pathname) ?? [];
  if (token === undefined) return undefined;
  try {
    return await imports.picture(token, Number(index), cropOf(query));
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
