// What a run saw on its watched images after an evaluation, side by side with the labels it was started on.

import type { SeenBox } from '../../shared/contract/recipes.ts';
import type { RunPredictions } from '../../shared/contract/training.ts';
import type { Snapshot } from '../../shared/model.ts';
import type { OpenProject } from './projects.ts';
import type { Sliced } from './slices.ts';
import type { LabelledImage } from './snapshots.ts';
import type { WatchedImage } from './training-events.ts';
import { trainedClasses } from './training-job.ts';

/** Of the evaluation at `step`, or of the newest one; may be set aside. */
export function* runPredictions(project: OpenProject, runId: string, step?: number): Sliced<RunPredictions> {
  const run = project.runs.get(runId);
  const evaluations = project.runs.predictionMarks(run.id);
  const shown = step ?? evaluations.at(-1)?.step;
  const seen = shown === undefined ? null : project.runs.predictions(run.id, shown);
  if (shown === undefined || seen === null || run.snapshotHash === null) {
    return { evaluations, step: null, images: [] };
  }
  const snapshot = project.snapshots.get(run.snapshotHash);
  const watched = seen as unknown as readonly WatchedImage[];
  const labels = yield* project.snapshots.find(
    snapshot.hash,
    watched.map(({ imageId }) => imageId),
  );
  const classes = trainedClasses(snapshot).map(({ name }) => name);
  const images = watched.flatMap((image) => {
    const labelled = labels.get(image.imageId);
    return labelled ? [sideBySide(image, labelled, classes, snapshot)] : [];
  });
  return { evaluations, step: shown, images };
}

function sideBySide(
  seen: WatchedImage,
  { width, height, boxes }: LabelledImage,
  classes: readonly string[],
  snapshot: Snapshot,
): RunPredictions['images'][number] {
  const names = new Map(snapshot.classes.map(({ id, name }) => [id, name]));
  const labels: SeenBox[] = boxes
    .filter(({ ignore }) => !ignore)
    .map((box) => ({
      x: box.x,
      y: box.y,
      width: box.width,
      height: box.height,
      className: names.get(box.classId) ?? '',
      score: null,
    }));
  const found = seen.scores.map((score, index): SeenBox => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = seen.boxes.slice(index * 4, index * 4 + 4);
    const className = classes[seen.labels[index] ?? -1] ?? '';
    return { x: x1, y: y1, width: x2 - x1, height: y2 - y1, className, score };
  });
  return { imageId: seen.imageId, width, height, labels, found };
}
