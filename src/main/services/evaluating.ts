// Evaluations of runs: makes them in the training process, keeps the detections, and opens them for a closer look.
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type {
  EvaluatingProgress,
  KeptEvaluation,
  LabelsChoice,
  OpenedEvaluation,
} from '../../shared/contract/evaluation.ts';
import type { Comparison } from '../../shared/evaluation.ts';
import type { Evaluation, LabelClass, Split } from '../../shared/model.ts';
import { Problem, sentenceOf } from '../../shared/problem.ts';
import { labelledScene, type SceneImage } from '../detector/evaluation/labelled-scene.ts';
import { type KeptDetections, packDetections } from '../detector/evaluation/packed-detections.ts';
import type { DetectionResult } from '../trainer/job.ts';
import { type DetectionListeners, launchDetection } from '../trainer/launch.ts';
import type { Analyst } from './analyst.ts';
import { evaluateBy, type FileEvaluation, type MetricName } from './file-evaluation.ts';
import { modelOfRun } from './models.ts';
import type { OpenProject } from './projects.ts';
import { inSlices, type Sliced } from './slices.ts';
import { SoleJob } from './sole-job.ts';
import { imagesBySplit, trainedClasses } from './training-job.ts';

const deflated = promisify(deflate);
const PROTOCOL = 'coco';

export interface RunEvaluation {
  readonly evaluation: Evaluation;
  readonly images: number;
  readonly classes: number;
  readonly result: DetectionResult;
  readonly kept: KeptDetections;
  readonly snapshotHash: string;
}

/** Runs the chosen checkpoint over a split as the run knew it, and keeps figures and detections. */
export async function evaluateRun(
  project: OpenProject,
  runId: string,
  split: Split,
  listeners: DetectionListeners = {},
): Promise<RunEvaluation> {
  const run = project.runs.get(runId);
  const snapshot = project.snapshots.get(run.snapshotHash ?? '');
  const { ids, images } = (await inSlices(imagesBySplit(project, snapshot)))[split];
  if (images.length === 0) {
    throw new Problem(`The ${split} split has no labelled image.`, 'Choose another split.');
  }
  const checkpoint = project.checkpoints.chosen(run.id);
  const job = { model: modelOfRun(project, run.id), images, evaluate: true };
  const result = await launchDetection(job, listeners);
  if (result.metrics === null) throw new Problem('The evaluation gave no numbers.');
  const classIds = trainedClasses(snapshot).map(({ id }) => id);
  const kept = { classIds, images: result.images.map((found, i) => ({ imageId: ids[i] ?? 0, ...found })) };
  const { perClass, bestThreshold } = result;
  const metrics = { ...result.metrics, ...(bestThreshold === undefined ? {} : { threshold: bestThreshold }) };
  const key = { runId: run.id, checkpointId: checkpoint.id, split, protocol: PROTOCOL };
  const detail = await deflated(JSON.stringify({ perClass, detections: packDetections(kept) }));
  const evaluation = project.evaluations.saveDeflated({ ...key, metrics }, detail);
  const counts = { images: images.length, classes: classIds.length };
  return { evaluation, ...counts, result, kept, snapshotHash: snapshot.hash };
}

/** An evaluation just made, by another protocol or with what stands behind its figures. */
export async function evaluateRunBy(
  metric: MetricName,
  project: OpenProject,
  { kept, snapshotHash }: RunEvaluation,
): Promise<FileEvaluation> {
  const images = await inSlices(scenes(project.snapshots.images(snapshotHash)));
  const { input, classIds } = labelledScene(images, kept);
  const names = new Map(project.classes.list().map(({ id, name }) => [id, name]));
  return evaluateBy(
    metric,
    input,
    classIds.map((id) => names.get(id) ?? String(id)),
  );
}

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
  const snapshot = project.snapshots.get(run.snapshotHash ?? '');
  const classes = labels === 'run' ? snapshot.classes : project.classes.list();
  const token = randomUUID();
  const images = await project.frozen((frozen) =>
    inSlices(scenes(labels === 'run' ? frozen.images(snapshot.hash) : frozen.now())),
  );
  const figures = await analyst.ask({ type: 'open', token, detail, images, names: named(classes) });
  return { ...figures, token, threshold: project.evaluations.threshold(run.id) };
}

/** Two evaluations on the images that both have, by the labels of now. */
export async function compareEvaluations(
  analyst: Analyst,
  project: OpenProject,
  firstId: number,
  secondId: number,
): Promise<Comparison> {
  const [first, second] = [keptDetail(project, firstId).detail, keptDetail(project, secondId).detail];
  const images = await project.frozen((labels) => inSlices(scenes(labels.now())));
  return await analyst.ask({ type: 'compare', first, second, images, names: named(project.classes.list()) });
}

function keptDetail(project: OpenProject, id: number) {
  const evaluation = project.evaluations.kept().find((kept) => kept.id === id);
  const detail = evaluation && project.evaluations.deflatedDetail(id);
  if (!evaluation || !detail)
    throw new Problem('This evaluation is gone: it was made anew or its run was deleted.', 'Choose another.');
  return { evaluation, detail };
}

function named(classes: readonly LabelClass[]): [number, string][] {
  return classes.map(({ id, name }) => [id, name]);
}

/** The boxes of each image; may be set aside, so that windows are answered meanwhile. */
function* scenes(
  stored: Iterable<{ id: number; boxes: readonly SceneImage['boxes'][number][] }>,
): Sliced<SceneImage[]> {
  const images: SceneImage[] = [];
  for (const { id, boxes } of stored) {
    images.push({
      id,
      boxes: boxes.map(({ id: boxId, classId, x, y, width, height, ignore }) => {
        return { id: boxId, classId, x, y, width, height, ignore };
      }),
    });
    yield;
  }
  return images;
}

/** One evaluation in the making at a time. */
export class Evaluating extends SoleJob<EvaluatingProgress> {
  /** Throws a Problem while another one is going on. */
  start(project: OpenProject, runId: string, split: Split): void {
    this.assertFree('A run is being evaluated already.', 'Cancel that or wait for its end.');
    const begun = { runId, split, done: 0, of: 0, state: 'going', cause: null } as const;
    this.run(async (signal) => {
      this.tell(begun);
      const onProgress = (done: number, of: number) => this.tell({ ...begun, done, of });
      try {
        const { images } = await evaluateRun(project, runId, split, { signal, onProgress });
        this.tell({ ...begun, done: images, of: images, state: 'done' });
      } catch (error) {
        if (signal.aborted) this.tell({ ...begun, state: 'cancelled' });
        else this.tell({ ...begun, state: 'failed', cause: sentenceOf(error) });
      }
    });
  }
}
