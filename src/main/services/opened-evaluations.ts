// Evaluations that are looked at: which there are, the figures of one, two side by side.
import { randomUUID } from 'node:crypto';
import type {
  ComparedEvaluations,
  KeptEvaluation,
  LabelsChoice,
  OpenedEvaluation,
} from '../../shared/contract/evaluation.ts';
import type { LabelClass } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { SceneColumns } from '../detector/evaluation/scene-columns.ts';
import type { Analyst } from './analyst.ts';
import type { OpenProject } from './projects.ts';
import { sceneColumns } from './scenes.ts';
import { inSlices } from './slices.ts';

/** Evaluations whose detections are kept, newest first. */
export function keptEvaluations(project: OpenProject): KeptEvaluation[] {
  return project.evaluations.kept().map((evaluation) => {
    const run = project.runs.get(evaluation.runId);
    const learned = project.checkpoints.list(run.id).some(({ step }) => step > 0);
    const isCurrent = learned && project.checkpoints.chosen(run.id).id === evaluation.checkpointId;
    return { ...evaluation, runName: run.name, splitHash: run.splitHash, isCurrent };
  });
}

/** The figures of an evaluation, by the labels of its run or by those of now. */
export async function openEvaluation(
  analyst: Analyst,
  project: OpenProject,
  id: number,
  labels: LabelsChoice,
): Promise<OpenedEvaluation> {
  const { evaluation, detail } = keptDetail(project, id);
  const run = project.runs.get(evaluation.runId);
  const token = randomUUID();
  const imageIds = await analyst.ask({ type: 'read', token, detail });
  const labelled = labels === 'run' ? labelsThen(project, run.snapshotHash) : labelsNow(project);
  const scene = await labelled.scene(imageIds);
  const { names, heirs } = labelled;
  const figures = await analyst.ask({ type: 'open', token, scene, names, heirs });
  const threshold = project.evaluations.threshold(run.id);
  return { ...figures, token, threshold, unreadable: project.evaluations.unreadable(id) };
}

/** Two evaluations on the images that both have, by the labels of now. */
export async function compareEvaluations(
  analyst: Analyst,
  project: OpenProject,
  firstId: number,
  secondId: number,
): Promise<ComparedEvaluations> {
  const read = async (id: number) => {
    const token = randomUUID();
    const { detail } = keptDetail(project, id);
    return { token, imageIds: await analyst.ask({ type: 'read', token, detail }) };
  };
  const [first, second] = [await read(firstId), await read(secondId)];
  const seen = new Set(second.imageIds);
  const { scene, names, heirs } = labelsNow(project);
  const shared = await scene(first.imageIds.filter((id) => seen.has(id)));
  const token = randomUUID();
  const pair = { first: first.token, second: second.token };
  const comparison = await analyst.ask({ type: 'compare', token, ...pair, scene: shared, names, heirs });
  return { ...comparison, token };
}

function keptDetail(project: OpenProject, id: number) {
  const evaluation = project.evaluations.kept().find((kept) => kept.id === id);
  const detail = evaluation && project.evaluations.deflatedDetail(id);
  if (!evaluation || !detail)
    throw new Problem('This evaluation is gone: it was made anew or its run was deleted.', 'Choose another.');
  return { evaluation, detail };
}

/** Labels that detections are held against. */
interface Labelled {
  readonly scene: (imageIds: readonly number[]) => Promise<SceneColumns>;
  readonly names: readonly (readonly [number, string])[];
  /** The class that each class stands for in these labels; null: none. */
  readonly heirs: readonly (readonly [number, number | null])[];
}

/** As the run saw them. */
function labelsThen(project: OpenProject, snapshotHash: string | null): Labelled {
  const snapshot = project.snapshots.get(snapshotHash ?? '');
  const scene = (imageIds: readonly number[]) => {
    const wanted = new Set(imageIds);
    return project.frozen((frozen) => inSlices(sceneColumns(frozen.images(snapshot.hash), wanted)));
  };
  return { scene, names: named(snapshot.classes), heirs: [] };
}

function labelsNow(project: OpenProject): Labelled {
  return {
    scene: (imageIds) => project.frozen((frozen) => inSlices(sceneColumns(frozen.of(imageIds)))),
    names: named(project.classes.list()),
    heirs: project.classes.heirs(),
  };
}

function named(classes: readonly LabelClass[]): [number, string][] {
  return classes.map(({ id, name }) => [id, name]);
}
