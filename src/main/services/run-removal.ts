// Throws away runs and checkpoints, and gives their space back.
import type { Freed, Removal } from '../../shared/contract/training.ts';
import type { Run } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { OpenProject } from './projects.ts';
import { inSlices } from './slices.ts';

/**
 * Deletes a run with all it left. `isBusy`: another one is training. Throws a Problem where the run itself trains, or one that
 * waits is to begin with its weights.
 */
export async function removeRun(project: OpenProject, id: string, isBusy = false): Promise<Freed & Removal> {
  const run = idle(project, id);
  refuseWithHeirs(project, run);
  const { own } = removalOf(project, run.id);
  const { checkpoints, bytes } = await project.checkpoints.deleteRun(run.id, isBusy);
  await inSlices(project.runs.deletion(run.id));
  return { checkpoints, own, bytes: bytes + (await project.giveBackSpace()) };
}

/** What deleting a run takes away. */
export function removalOf(project: OpenProject, id: string): Removal {
  const run = project.runs.get(id);
  const checkpoints = project.checkpoints.list(run.id).length;
  return { checkpoints, own: project.checkpoints.ownBytesOfRun(run.id) };
}

function refuseWithHeirs(project: OpenProject, { id, name }: Run): void {
  const heirs = project.runs.list().filter(({ status, parent, startedAt }) => {
    return status === 'queued' && parent?.runId === id && startedAt === null;
  });
  const [heir] = heirs;
  if (heir === undefined) return;
  throw new Problem(
    `${heir.name} waits to begin with what ${name} learned.`,
    'Take it out of the queue first, or let it begin.',
  );
}

/** Keeps the best, the last, and the checkpoints of every so many epochs (null: of none). */
export async function thinRun(
  project: OpenProject,
  id: string,
  every: number | null,
  isBusy = false,
): Promise<Freed> {
  return await project.checkpoints.thin(idle(project, id).id, every, isBusy);
}

function idle(project: OpenProject, id: string): Run {
  const run = project.runs.get(id);
  if (run.status !== 'running') return run;
  throw new Problem(`${run.name} is training.`, 'Pause or stop it first.');
}
