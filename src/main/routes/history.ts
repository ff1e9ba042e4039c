// What happened to an image, and the way back.
import { os, type Parts } from './parts.ts';

export function historyRoutes({ workspace, tell }: Parts) {
  return os.history.router({
    list: os.history.list.handler(({ input }) => workspace.project.annotations.history(input.imageId)),
    look: os.history.look.handler(({ input }) =>
      workspace.project.annotations.labelsAfter(input.imageId, input.seq),
    ),
    goBack: os.history.goBack.handler(({ input: { project, imageId, seq }, context: { session } }) => {
      const { seq: done } = workspace.meant(project).annotations.goBack(imageId, seq, session);
      tell({ type: 'labels', imageIds: [imageId], session });
      return done > 0;
    }),
  });
}
