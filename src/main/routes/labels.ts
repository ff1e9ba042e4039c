// Images, boxes and classes of the open project.
import type { Classes } from '../services/classes.ts';
import { countedClasses, galleryCounts, galleryIds, thumbnails } from '../services/gallery.ts';
import type { Change } from '../services/journal.ts';
import { compact, os, type Parts, toldChange } from './parts.ts';

export function imageRoutes({ workspace }: Parts) {
  return os.images.router({
    ids: os.images.ids.handler(({ input }) => galleryIds(workspace.project, input)),
    thumbnails: os.images.thumbnails.handler(({ input }) => thumbnails(workspace.project, input.ids)),
    counts: os.images.counts.handler(() => galleryCounts(workspace.project)),
    labels: os.images.labels.handler(({ input }) =>
      workspace.meant(input.project).annotations.labels(input.id),
    ),
  });
}

export function annotationRoutes(parts: Parts) {
  const { workspace, windows, tell } = parts;
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
    ahead: os.annotations.ahead.handler(({ input: { project }, context: { session } }) =>
      workspace.meant(project).journal.ahead((doneBy) => doneBy !== session && windows.has(doneBy)),
    ),
    undo: os.annotations.undo.handler(({ input: { project, seq }, context: { session } }) =>
      toldChange(parts, workspace.meant(project).journal.undo(session, seq), session),
    ),
    redo: os.annotations.redo.handler(({ input: { project, seq }, context: { session } }) =>
      toldChange(parts, workspace.meant(project).journal.redo(session, seq), session),
    ),
  });
}

export function classRoutes(parts: Parts) {
  const { workspace, tell } = parts;
  /** Makes a change of the classes of a project and tells of it; false where nothing changed. */
  const change = (project: string, session: string, make: (classes: Classes) => Change) =>
    toldChange(parts, make(workspace.meant(project).classes), session) !== null;
  return os.classes.router({
    list: os.classes.list.handler(() => countedClasses(workspace.project)),
    add: os.classes.add.handler(({ input: { project, name }, context: { session } }) => {
      const label = workspace.meant(project).classes.add({ name }, session);
      tell({ type: 'classes' });
      return label;
    }),
    rename: os.classes.rename.handler(({ input: { project, id, name }, context: { session } }) => {
      change(project, session, (classes) => classes.change(id, { name }, session));
    }),
    recolour: os.classes.recolour.handler(({ input: { project, id, colour }, context: { session } }) => {
      change(project, session, (classes) => classes.change(id, { colour }, session));
    }),
    setKey: os.classes.setKey.handler(({ input: { project, id, key }, context: { session } }) => {
      change(project, session, (classes) => classes.setKey(id, key, session));
    }),
    reorder: os.classes.reorder.handler(({ input: { project, ids }, context: { session } }) =>
      change(project, session, (classes) => classes.reorder(ids, session)),
    ),
    merge: os.classes.merge.handler(({ input: { project, from, into }, context: { session } }) =>
      change(project, session, (classes) => classes.merge(from, into, session)),
    ),
    remove: os.classes.remove.handler(({ input: { project, id }, context: { session } }) =>
      change(project, session, (classes) => classes.remove(id, session)),
    ),
  });
}
