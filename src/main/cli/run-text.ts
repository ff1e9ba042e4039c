// ddod runs --show: one run with where it came from, what it kept and what came of it.

import type { CheckpointInfo, Lineage } from '../../shared/contract/training.ts';
import { counted } from '../../shared/counted.ts';
import type { Run } from '../../shared/model.ts';
import { recipeSchema } from '../../shared/recipe.ts';
import type { OpenProject } from '../services/projects.ts';
import { hasCurrentLabels, lineage, runSummary } from '../services/run-list.ts';
import { type Console, duration, percent, table } from './console.ts';
import { describeRecipe } from './recipe-text.ts';

const BEGINNINGS = {
  run: 'another run',
  'deleted run': 'a run that is deleted',
  backbone: 'pretrained weights of the backbone',
  nothing: 'weights drawn anew',
};

/** Prints a run. Throws a Problem where there is none of this id. */
export async function showRun(project: OpenProject, id: string, console: Console): Promise<void> {
  const run = runSummary(project, project.runs.get(id));
  const from = lineage(project, run.id);
  const labelsAreCurrent = await hasCurrentLabels(project, run.id);
  const parts = [
    headOf(run, from, labelsAreCurrent),
    describedRecipe(run),
    checkpointTable(from.checkpoints),
    ...from.exports.map(({ format, dir }) => `exported as ${format} to ${dir}`),
  ];
  console.result({ ...run, ...from, labelsAreCurrent }, parts.join('\n\n'));
}

function headOf(run: Run, { parent, beganWith, children, snapshot }: Lineage, current: boolean): string {
  const { id, name, status, cause, trainedMs, device, codeVersion, seed, notes, tags } = run;
  const took = trainedMs > 0 ? duration(trainedMs / 1000) : null;
  const labels =
    snapshot &&
    `${counted(snapshot.images, 'image', 'images')}, ${counted(snapshot.boxes, 'box', 'boxes')}, ${current ? 'as they are now' : 'changed since'} (${snapshot.hash.slice(0, 12)})`;
  const begun = typeof beganWith === 'object' ? beganWith.file : BEGINNINGS[beganWith];
  const facts: readonly (readonly [string, string | null])[] = [
    ['status', cause === null ? status : `${status}: ${cause}`],
    ['took', took],
    ['computer', device],
    ['version', codeVersion],
    ['seed', String(seed)],
    ['labels', labels],
    ['began with', parent ? `${parent.runId} ${parent.name} (checkpoint ${parent.checkpointId})` : begun],
    ['led to', children.map(({ runId }) => runId).join(', ') || null],
    ['tags', tags.join(', ') || null],
    ['notes', notes || null],
  ];
  const lines = facts.flatMap(([what, words]) => (words === null ? [] : [`  ${what.padEnd(11)}${words}`]));
  return [`${id} ${name}`, ...lines].join('\n');
}

function describedRecipe({ recipe }: Run): string {
  const read = recipeSchema.safeParse(recipe);
  return read.success ? describeRecipe(read.data) : JSON.stringify(recipe);
}

function checkpointTable(checkpoints: readonly CheckpointInfo[]): string {
  if (checkpoints.length === 0) return 'no checkpoint';
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const rows = checkpoints.map(({ id, kind, epoch, step, metrics, bytes, ownBytes }) => [
    String(id),
    kind,
    String(epoch),
    String(step),
    percent(metrics.AP as number | undefined),
    megabytes(bytes),
    megabytes(ownBytes),
  ]);
  return table([['checkpoint', 'kind', 'epoch', 'step', 'AP', 'size', 'its own'], ...rows]);
}
