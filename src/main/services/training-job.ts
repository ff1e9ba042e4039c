// From a project's labels to a training job: which images take part, and under which class numbers.
import type { LabelClass, Snapshot, Split } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { Rng } from '../detector/data/rng.ts';
import type { JobImage } from '../trainer/job.ts';
import type { OpenProject } from './projects.ts';
import type { LabelledImage } from './snapshots.ts';

const WATCHED = 6;

/** The network's classes: those in use, in the project's order. */
export function trainedClasses(snapshot: Pick<Snapshot, 'classes'>): LabelClass[] {
  return snapshot.classes.filter((label) => !label.deleted).sort((a, b) => a.position - b.position);
}

/** The finished images of one split, as the trainer wants them. */
export function jobImages(project: OpenProject, snapshot: Snapshot, split: Split): JobImage[] {
  return evaluatedImages(project, snapshot, split).images;
}

/** The same with the images' ids. */
export function evaluatedImages(project: OpenProject, snapshot: Snapshot, split: Split) {
  const numbers = new Map(trainedClasses(snapshot).map((label, index) => [label.id, index]));
  const labelled = [...labelledOf(project, snapshot, split)];
  return {
    ids: labelled.map(({ id }) => id),
    images: labelled.map((image) => jobImage(project, image, numbers)),
  };
}

/** The few validation images that a run shows after each evaluation: drawn by its seed, those with boxes first. */
export function watchedImages(project: OpenProject, snapshot: Snapshot, seed: number) {
  const val = [...labelledOf(project, snapshot, 'val')];
  const drawn = Rng.seeded(seed, 'watched').shuffle(Int32Array.from(val.keys()));
  const hasBoxes = (position: number) => (val[position]?.boxes.length ?? 0) > 0;
  const chosen = [...drawn].sort((a, b) => Number(hasBoxes(b)) - Number(hasBoxes(a))).slice(0, WATCHED);
  const positions = chosen.sort((a, b) => a - b);
  return { positions, imageIds: positions.map((position) => val[position]?.id ?? 0) };
}

/** Images of a split, in the order that jobs have them. */
function* labelledOf(
  project: OpenProject,
  snapshot: Snapshot,
  split: Split,
): IterableIterator<LabelledImage> {
  for (const image of project.snapshots.images(snapshot.hash)) {
    if (image.split === split && isLabelled(image)) yield image;
  }
}

/** The labels as a run that started now would take them; nothing is stored. */
export function currentImages(project: OpenProject) {
  const classes = trainedClasses({ classes: project.classes.list() });
  const numbers = new Map(classes.map((label, index) => [label.id, index]));
  const labelled = [...project.snapshots.now()].filter(isLabelled);
  const train = labelled.filter(({ split }) => split === 'train');
  const val = labelled.filter(({ split }) => split === 'val');
  return { classes, train, val, trainJob: train.map((image) => jobImage(project, image, numbers)) };
}

/** Throws a Problem where there is nothing to learn from. */
export function assertLearnable(train: readonly JobImage[], classes: readonly unknown[]): void {
  if (classes.length === 0) {
    throw new Problem('The project has no classes.', 'Add a class and draw boxes, or import labels.');
  }
  const boxes = train.reduce((sum, image) => sum + image.labels.length, 0);
  if (boxes === 0) {
    throw new Problem(
      `There is nothing to learn from: ${train.length} labelled training images hold no box.`,
      'Draw boxes on some images of the training split, or import labels.',
    );
  }
}

/** An image nobody has looked at says nothing, not even that it is empty. */
function isLabelled(image: LabelledImage): boolean {
  return image.boxes.length > 0 || image.state === 'done' || image.state === 'empty';
}

function jobImage(
  project: OpenProject,
  image: LabelledImage,
  numbers: ReadonlyMap<number, number>,
): JobImage {
  const boxes: number[] = [];
  const labels: number[] = [];
  const ignore: number[] = [];
  for (const { x, y, width, height, classId, ignore: ignored } of image.boxes) {
    const corners = [x, y, x + width, y + height];
    const number = numbers.get(classId);
    if (ignored) ignore.push(...corners);
    else if (number !== undefined) {
      boxes.push(...corners);
      labels.push(number);
    }
  }
  return { path: project.imageFile(image), width: image.width, height: image.height, boxes, labels, ignore };
}
