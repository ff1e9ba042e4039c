// Runs as a list shows them, and what one left: checkpoints with their sizes, where it came from, where it went.

import type { CheckpointInfo, Lineage } from '../../shared/contract/training.ts';
import type { RunSummary } from '../../shared/contract.ts';
import type { Run, RunStatus } from '../../shared/model.ts';
import { recipeSchema } from '../../shared/recipe.ts';
import type { OpenProject } from './projects.ts';
import type { RunPlan } from './runs.ts';
import type { Sliced } from './slices.ts';

const RESUMABLE: readonly RunStatus[] = ['paused', 'stopped', 'failed'];

/** A run with its best numbers and what can be done with it. */
export function runSummary(project: OpenProject, run: Run): RunSummary {
  const checkpoints = project.checkpoints.list(run.id);
  const best = checkpoints.find(({ kind }) => kind === 'best');
  const { AP, AP50 } = best?.metrics ?? {};
  const diverged = run.status === 'failed' && project.runs.plan(run.id).diverged === true;
  return {
    ...run,
    best: typeof AP === 'number' && typeof AP50 === 'number' ? { AP, AP50 } : null,
    canResume: RESUMABLE.includes(run.status) && run.snapshotHash !== null && !diverged,
    diverged,
    epochsDone: checkpoints[0] ? project.checkpoints.finishedEpochs(checkpoints[0]) : null,
    stepsKept: checkpoints[0]?.step ?? 0,
    bytes: checkpoints.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Every run with its best numbers; may be set aside. */
export function* runSummaries(project: OpenProject): Sliced<RunSummary[]> {
  const summaries: RunSummary[] = [];
  for (const run of project.runs.list()) {
    summaries.push(runSummary(project, run));
    yield;
  }
  return summaries;
}

/** The checkpoints of a run, newest first. */
export function checkpointInfos(project: OpenProject, id: string): CheckpointInfo[] {
  const run = project.runs.get(id);
  return project.checkpoints.list(run.id).map(({ runId: _, ...checkpoint }) => ({
    ...checkpoint,
    ownBytes: project.checkpoints.ownBytes(checkpoint.id),
  }));
}

/** From the labels to what others use. */
export function lineage(project: OpenProject, id: string): Lineage {
  const run = project.runs.get(id);
  const all = project.runs.list();
  const parent = run.parent && all.find(({ id: other }) => other === run.parent?.runId);
  const children = all.filter((other) => other.parent?.runId === run.id);
  return {
    snapshot: run.snapshotHash === null ? null : snapshotOf(project, run.snapshotHash),
    beganWith: parent ? 'run' : beginningOf(project.runs.plan(run.id)),
    parent:
      run.parent && parent
        ? { runId: parent.id, name: parent.name, checkpointId: run.parent.checkpointId }
        : null,
    children: children.map(({ id: runId, name }) => ({ runId, name })),
    checkpoints: checkpointInfos(project, run.id),
    exports: project.runs.exports(run.id),
  };
}

function beginningOf({ init, fromCheckpoint }: RunPlan): Lineage['beganWith'] {
  if (fromCheckpoint !== undefined) return 'deleted run';
  if (init === 'none') return 'nothing';
  return init === 'auto' ? 'backbone' : { file: init };
}

function snapshotOf(project: OpenProject, hash: string): Lineage['snapshot'] {
  const { images, boxes, createdAt } = project.snapshots.get(hash);
  return { hash, images, boxes, createdAt };
}

/** True where the labels have not changed since the run's snapshot. */
export async function hasCurrentLabels(project: OpenProject, id: string): Promise<boolean> {
  const { snapshotHash } = project.runs.get(id);
  return snapshotHash !== null && (await project.labelHash()) === snapshotHash;
}

/** The epochs in all of a run that is to be `more` longer: than it was made for, or than it came to where it ended early. */
export function extendedEpochs(project: OpenProject, id: string, more: number): number {
  const run = project.runs.get(id);
  const { epochs } = recipeSchema.parse(run.recipe).train;
  const latest = project.checkpoints.latest(run.id);
  const reached = latest && run.status === 'done' ? project.checkpoints.finishedEpochs(latest) : epochs;
  return reached + more;
}
