// What happened to an image, and the way back.
import { inSlices } from '../services/slices.ts';
import { os, type Parts } from './parts.ts';

export function historyRoutes({ workspace, tell }: Parts) {
  return os.history.router({
    list: os.history.list.handler(({ input }) => workspace.project.annotations.history(input.imageId)),
    look: os.history.look.handler(({ input }) =>
      inSlices(workspace.project.annotations.labelsAfter(input.imageId, input.seq)),
    ),
    goBack: os.history.goBack.handler(async ({ input: { project, imageId, seq }, context: { session } }) => {
      const { annotations } = workspace.meant(project);
      const then = await inSlices(annotations.labelsAfter(imageId, seq));
      const { seq: done } = annotations.goBack(then, session);
      tell({ type: 'labels', imageIds: [imageId], session });
      return done > 0;
    }),
  });
}
