// Changes of many images at once.
import { compact, os, type Parts, toldChange } from './parts.ts';

export function bulkRoutes(parts: Parts) {
  const { workspace } = parts;
  return os.bulk.router({
    change: os.bulk.change.handler(({ input: { project, ids, ...wish }, context: { session } }) => {
      const change = workspace.meant(project).bulk.change(ids, compact(wish), session);
      return toldChange(parts, change, session)?.imageIds.length ?? 0;
    }),
    remove: os.bulk.remove.handler(({ input: { project, ids }, context: { session } }) => {
      toldChange(parts, workspace.meant(project).bulk.remove(ids, session), session);
    }),
  });
}
