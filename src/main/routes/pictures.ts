// Addresses of pictures, the same behind both doors: /image/7, a part of it with ?crop=X,Y,WIDTH,HEIGHT, /thumbnail/7, /preview/7 and /tile/7/12/3_4, each with
// ?project=ID; /augmented/KEY, as `recipes.augmented` gives keys; /glance/KEY, of a recent project; and what an import under
// way looks at. Tiles are cut when they are asked for by `pictures.cut`.
import { join } from 'node:path';
import { augmentedPicture } from '../services/augment-preview.ts';
import { croppedPicture, fullPicture, type Picture, thumbnail } from '../services/pictures.ts';
import type { OpenProject } from '../services/projects.ts';
import { cutTiles, preview, tile } from '../services/pyramids.ts';
import type { Workspace } from '../services/workspace.ts';
import { cropOf, stagedPicture } from './imports.ts';
import { os, type Parts } from './parts.ts';

const ADDRESS =
  /^\/(?:(image|thumbnail|preview)\/(\d{1,15})|tile\/(\d{1,15})\/(\d{1,2})\/(\d{1,5})_(\d{1,5}))$/;

/**
 * The picture at an address; undefined where there is none. Throws a Problem for a file that is missing or damaged, and the
 * reason of `signal`.
 */
export async function pictureAt(
  workspace: Workspace,
  pathname: string,
  query: URLSearchParams,
  signal?: AbortSignal,
): Promise<Picture | undefined> {
  const key = /^\/augmented\/([0-9a-f]{64})$/.exec(pathname)?.[1];
  if (key !== undefined) return augmentedPicture(key);
  const glanced = /^\/glance\/([\w-]{36})$/.exec(pathname)?.[1];
  if (glanced !== undefined) return workspace.glances.picture(glanced);
  const match = ADDRESS.exec(pathname);
  if (!match) return await stagedPicture(workspace, pathname, query);
  const project = workspace.meant(query.get('project') ?? '');
  const [, kind, id, tileId, level, x, y] = match;
  const { image } = project.annotations.labels(Number(id ?? tileId));
  const file = project.imageFile(image);
  if (kind === 'thumbnail') return await thumbnail(file, signal);
  const crop = cropOf(query);
  if (kind === 'image' && crop) return await croppedPicture(file, image, crop, signal);
  if (kind === 'image') return await fullPicture(file, signal);
  if (kind === 'preview') return await preview(file, cacheOf(project));
  return tile(file, cacheOf(project), { level: Number(level), x: Number(x), y: Number(y) });
}

export function pictureRoutes({ workspace }: Parts) {
  return os.pictures.router({
    cut: os.pictures.cut.handler(async ({ input }) => {
      const project = workspace.meant(input.project);
      const { image } = project.annotations.labels(input.imageId);
      await cutTiles(project.imageFile(image), cacheOf(project));
    }),
  });
}

function cacheOf({ dir }: OpenProject): string {
  return join(dir, 'cache', 'tiles');
}
