// Splits of the open project.
import { os, type Parts, progressOf } from './parts.ts';

export function splitRoutes(parts: Parts) {
  const { workspace, tell } = parts;
  return os.splits.router({
    plan: os.splits.plan.handler(({ input: { project, ...wish }, context: { session }, signal }) =>
      workspace.meant(project).splitPlans.plan(wish, { onProgress: progressOf(parts, session), signal }),
    ),
    deal: os.splits.deal.handler(async ({ input: { project, ...wish }, context: { session }, signal }) => {
      const onProgress = progressOf(parts, session);
      const plan = await workspace.meant(project).splitPlans.deal(wish, { onProgress, signal }, session);
      tell({ type: 'images' });
      return plan;
    }),
    leaks: os.splits.leaks.handler(({ input: { project, alike, ids }, context: { session }, signal }) => {
      const watched = { onProgress: progressOf(parts, session), signal };
      return workspace.meant(project).splitPlans.leaks(alike, watched, ids && new Set(ids));
    }),
  });
}
