// Evaluations of the open project's runs.
import { compareEvaluations, keptEvaluations, openEvaluation } from '../services/opened-evaluations.ts';
import { os, type Parts } from './parts.ts';

export function evaluationRoutes({ workspace, evaluating, analyst }: Parts) {
  return os.evaluations.router({
    list: os.evaluations.list.handler(() => keptEvaluations(workspace.project)),
    start: os.evaluations.start.handler(({ input: { project, runId, split } }) =>
      evaluating.start(workspace.meant(project), runId, split),
    ),
    cancel: os.evaluations.cancel.handler(() => evaluating.cancel()),
    progress: os.evaluations.progress.handler(() => evaluating.progress),
    open: os.evaluations.open.handler(({ input: { id, labels } }) =>
      openEvaluation(analyst, workspace.project, id, labels),
    ),
    intervals: os.evaluations.intervals.handler(({ input }) => analyst.ask({ type: 'intervals', ...input })),
    confusion: os.evaluations.confusion.handler(({ input }) => analyst.ask({ type: 'confusion', ...input })),
    examples: os.evaluations.examples.handler(({ input }) => analyst.ask({ type: 'examples', ...input })),
    compare: os.evaluations.compare.handler(({ input: { first, second } }) =>
      compareEvaluations(analyst, workspace.project, first, second),
    ),
    compared: os.evaluations.compared.handler(({ input }) => analyst.ask({ type: 'compared', ...input })),
    setThreshold: os.evaluations.setThreshold.handler(({ input: { project, runId, threshold } }) =>
      workspace.meant(project).evaluations.setThreshold(runId, threshold),
    ),
  });
}
