// Images, boxes and classes of the open project.
import { countedClasses, galleryCounts, galleryIds, thumbnails } from '../services/gallery.ts';
import { compact, os, type Parts, toldChange } from './parts.ts';

export function imageRoutes({ workspace }: Parts) {
  return os.images.router({
    ids: os.images.ids.handler(({ input }) => galleryIds(workspace.project, input)),
    thumbnails: os.images.thumbnails.handler(({ input }) => thumbnails(workspace.project, input.ids)),
    counts: os.images.counts.handler(() => galleryCounts(workspace.project)),
    labels: os.images.labels.handler(({ input }) => workspace.project.annotations.labels(input.id)),
  });
}

export function annotationRoutes(parts: Parts) {
  const { workspace, tell } = parts;
  return os.annotations.router({
    apply: os.annotations.apply.handler(({ input, context: { session } }) => {
      const { project, put, ...rest } = input;
      const boxes = put && { put: put.map((box) => compact(box)) };
      const saved = workspace.meant(project).annotations.apply({ ...compact(rest), ...boxes, session });
      tell({ type: 'labels', imageIds: [input.imageId], session });
      return saved;
    }),
    finish: os.annotations.finish.handler(
      ({ input: { project, imageId, revision }, context: { session } }) => {
        const saved = workspace.meant(project).annotations.finish(imageId, revision, session);
        tell({ type: 'labels', imageIds: [imageId], session });
        return saved;
      },
    ),
    ahead: os.annotations.ahead.handler(({ input: { project } }) => workspace.meant(project).journal.ahead()),
    undo: os.annotations.undo.handler(({ input: { project }, context: { session } }) =>
      toldChange(parts, workspace.meant(project).journal.undo(session), session),
    ),
    redo: os.annotations.redo.handler(({ input: { project }, context: { session } }) =>
      toldChange(parts, workspace.meant(project).journal.redo(session), session),
    ),
  });
}

export function classRoutes(parts: Parts) {
  const { workspace, tell } = parts;
  return os.classes.router({
    list: os.classes.list.handler(() => countedClasses(workspace.project)),
    add: os.classes.add.handler(({ input, context: { session } }) => {
      const label = workspace.project.classes.add(input, session);
      tell({ type: 'classes' });
      return label;
    }),
    rename: os.classes.rename.handler(({ input: { id, name }, context: { session } }) => {
      toldChange(parts, workspace.project.classes.change(id, { name }, session), session);
    }),
    recolour: os.classes.recolour.handler(({ input: { id, colour }, context: { session } }) => {
      toldChange(parts, workspace.project.classes.change(id, { colour }, session), session);
    }),
    setKey: os.classes.setKey.handler(({ input: { id, key }, context: { session } }) => {
      toldChange(parts, workspace.project.classes.setKey(id, key, session), session);
    }),
    reorder: os.classes.reorder.handler(({ input: { ids }, context: { session } }) => {
      return toldChange(parts, workspace.project.classes.reorder(ids, session), session) !== null;
    }),
    merge: os.classes.merge.handler(({ input: { from, into }, context: { session } }) => {
      return toldChange(parts, workspace.project.classes.merge(from, into, session), session) !== null;
    }),
    remove: os.classes.remove.handler(({ input: { id }, context: { session } }) => {
      return toldChange(parts, workspace.project.classes.remove(id, session), session) !== null;
    }),
  });
}
