// Where the files of the open project's images lie.
import { wholePath } from '../services/typed-path.ts';
import { os, type Parts, progressOf } from './parts.ts';

export function placeRoutes(parts: Parts) {
  const { workspace, tell } = parts;
  return os.places.router({
    missing: os.places.missing.handler(({ input, signal }) =>
      workspace.meant(input.project).places.missing(signal),
    ),
    relocate: os.places.relocate.handler(async ({ input, context: { session }, signal }) => {
      const onProgress = progressOf(parts, session);
      const folder = wholePath(input.dir);
      const found = await workspace.meant(input.project).places.relocate(folder, { onProgress, signal });
      tell({ type: 'images' });
      return found;
    }),
  });
}
