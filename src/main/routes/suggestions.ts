// Suggestions of models for the images of the open project.
import { suggestNow } from '../services/suggesting.ts';
import { modelChoices } from '../services/suggesting-models.ts';
import { os, type Parts, progressOf } from './parts.ts';

export function suggestionRoutes(parts: Parts) {
  const { workspace, assistant, tell } = parts;
  return os.suggestions.router({
    models: os.suggestions.models.handler(() => modelChoices(workspace.project)),
    ofImage: os.suggestions.ofImage.handler(({ input: { model, imageId } }) =>
      workspace.project.suggestions.ofImage(model, imageId),
    ),
    now: os.suggestions.now.handler(async ({ input: { project, model, imageId } }) => {
      const open = workspace.meant(project);
      const key = await suggestNow(assistant.detector, open, model, imageId);
      return open.suggestions.ofImage(key, imageId);
    }),
    accept: os.suggestions.accept.handler(({ input, context: { session } }) => {
      const { project, model, ...gesture } = input;
      const { boxes } = workspace.meant(project).suggestions.accept(model, { ...gesture, session });
      tell({ type: 'labels', imageIds: [input.imageId], session });
      return { accepted: boxes.length };
    }),
    origin: os.suggestions.origin.handler(({ input: { boxId } }) =>
      workspace.project.suggestions.originOf(boxId),
    ),
    reject: os.suggestions.reject.handler(({ input: { project, imageId, ids }, context: { session } }) => {
      workspace.meant(project).suggestions.reject(ids, session);
      tell({ type: 'labels', imageIds: [imageId], session });
    }),
    map: os.suggestions.map.handler(({ input: { project, model, classIndex, classId } }) =>
      workspace.meant(project).suggestions.map(model, classIndex, classId),
    ),
    start: os.suggestions.start.handler(({ input: { project, model, which } }) =>
      assistant.suggesting.start(workspace.meant(project), model, which),
    ),
    cancel: os.suggestions.cancel.handler(() => assistant.suggesting.cancel()),
    progress: os.suggestions.progress.handler(() => assistant.suggesting.progress),
    queue: os.suggestions.queue.handler(({ input: { model: key, kind, score }, context, signal }) => {
      const progress = progressOf(parts, context.session);
      const onProgress = (done: number, of: number) => progress(done, of, 'comparing with labels');
      return workspace.project.queues.ids({ key, kind, score }, { onProgress, signal });
    }),
    queued: os.suggestions.queued.handler(({ input: { model: key, kind, score, imageId } }) =>
      workspace.project.queues.reason({ key, kind, score }, imageId),
    ),
  });
}
