// Evaluations of runs in the making: in the training process, with the detections kept.
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { EvaluatingProgress } from '../../shared/contract/evaluation.ts';
import type { UnreadableImage } from '../../shared/evaluation.ts';
import type { Evaluation, Split } from '../../shared/model.ts';
import { Problem, sentenceOf } from '../../shared/problem.ts';
import { labelledScene } from '../detector/evaluation/labelled-scene.ts';
import { type KeptDetections, packDetections } from '../detector/evaluation/packed-detections.ts';
import type { DetectionResult } from '../trainer/job.ts';
import { type DetectionListeners, launchDetection } from '../trainer/launch.ts';
import type { NewEvaluation } from './evaluations.ts';
import { evaluateBy, type FileEvaluation, type MetricName } from './file-evaluation.ts';
import { modelOfRun } from './models.ts';
import type { OpenProject } from './projects.ts';
import { sceneColumns } from './scenes.ts';
import { inSlices, type Sliced } from './slices.ts';
import { SoleJob } from './sole-job.ts';
import { imagesBySplit, trainedClasses } from './training-job.ts';

const deflated = promisify(deflate);
const PROTOCOL = 'coco';

export interface RunEvaluation {
  /** What is kept of it, and the detections as they are stored. */
  readonly record: Omit<NewEvaluation, 'detail'>;
  readonly detail: Uint8Array;
  /** Images that were looked at, and those that could not be read. */
  readonly images: number;
  readonly unreadable: readonly UnreadableImage[];
  readonly classes: number;
  readonly result: DetectionResult;
  readonly kept: KeptDetections;
  readonly snapshotHash: string;
}

/** Evaluates a run and keeps figures and detections in the project. */
export async function evaluateRun(
  project: OpenProject,
  runId: string,
  split: Split,
  listeners: DetectionListeners = {},
): Promise<RunEvaluation & { readonly evaluation: Evaluation }> {
  const made = await makeEvaluation(project, runId, split, listeners);
  return { ...made, evaluation: keepEvaluation(project, made) };
}

/** Throws a Problem where the project cannot be written to. */
export function keepEvaluation(
  project: OpenProject,
  { record, detail }: Pick<RunEvaluation, 'record' | 'detail'>,
): Evaluation {
  return project.evaluations.saveDeflated(record, detail);
}

/**
 * Runs the chosen checkpoint over a split as the run knew it; the project may be open to read. Images that cannot be read
 * count neither for nor against it.
 */
export async function makeEvaluation(
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
  const kept = await inSlices(keptDetections(classIds, ids, result));
  const unreadable = result.unreadable.map(({ image, why }) => ({ imageId: ids[image] ?? 0, why }));
  const { perClass, bestThreshold } = result;
  const metrics = { ...result.metrics, ...(bestThreshold === undefined ? {} : { threshold: bestThreshold }) };
  const key = { runId: run.id, checkpointId: checkpoint.id, split, protocol: PROTOCOL };
  const detail = await deflated(JSON.stringify({ detections: packDetections(kept) }));
  const record = { ...key, metrics, perClass, unreadable };
  const counts = { images: kept.imageIds.length, unreadable, classes: classIds.length };
  return { record, detail, ...counts, result, kept, snapshotHash: snapshot.hash };
}

/** The detections on images that could be read, as columns; may be set aside. */
function* keptDetections(
  classIds: readonly number[],
  ids: readonly number[],
  { images, unreadable }: DetectionResult,
): Sliced<KeptDetections> {
  const gone = new Set(unreadable.map(({ image }) => image));
  const places = [...images.keys()].filter((at) => !gone.has(at));
  const counts = places.map((at) => images[at]?.scores.length ?? 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const [boxes, scores, labels] = [
    new Float32Array(total * 4),
    new Float32Array(total),
    new Float32Array(total),
  ];
  let row = 0;
  for (const at of places) {
    const found = images[at];
    if (!found) continue;
    boxes.set(found.boxes, row * 4);
    scores.set(found.scores, row);
    labels.set(found.labels, row);
    row += found.scores.length;
    yield;
  }
  return { classIds, imageIds: places.map((at) => ids[at] ?? 0), counts, boxes, scores, labels };
}

/** An evaluation just made, by another protocol or with what stands behind its figures. */
export async function evaluateRunBy(
  metric: MetricName,
  project: OpenProject,
  { kept, snapshotHash }: RunEvaluation,
): Promise<FileEvaluation> {
  const images = project.snapshots.images(snapshotHash);
  const scene = await inSlices(sceneColumns(images, new Set(kept.imageIds)));
  const { input, classIds, groups } = labelledScene(scene, kept);
  const names = new Map(project.snapshots.get(snapshotHash).classes.map(({ id, name }) => [id, name]));
  return evaluateBy(
    metric,
    input,
    classIds.map((id) => names.get(id) ?? String(id)),
    groups,
  );
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
