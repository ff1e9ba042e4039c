// From a project's labels to a training job: which images take part, and under which class numbers.
import { isFinished, type LabelClass, type Snapshot, type Split } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { Rng } from '../detector/data/rng.ts';
import type { JobImage } from '../trainer/job.ts';
import type { OpenProject } from './projects.ts';
import { atOnce, type Sliced } from './slices.ts';
import type { LabelledImage } from './snapshots.ts';

const WATCHED = 6;

/** The network's classes: those in use, in the project's order. */
export function trainedClasses(snapshot: Pick<Snapshot, 'classes'>): LabelClass[] {
  return snapshot.classes.filter((label) => !label.deleted).sort((a, b) => a.position - b.position);
}

/** The images of one split with their ids, one list beside the other. */
export interface SplitImages {
  readonly ids: readonly number[];
  readonly images: readonly JobImage[];
}

/** The finished images of one split, as the trainer wants them. */
export function jobImages(project: OpenProject, snapshot: Snapshot, split: Split): readonly JobImage[] {
  return atOnce(splitImages(project, snapshot, split)).images;
}

/** The same with the images' ids; may be set aside. */
export function* splitImages(project: OpenProject, snapshot: Snapshot, split: Split): Sliced<SplitImages> {
  const numbers = new Map(trainedClasses(snapshot).map((label, index) => [label.id, index]));
  const root = project.info().imageRoot;
  const [ids, images]: [number[], JobImage[]] = [[], []];
  for (const image of project.snapshots.images(snapshot.hash)) {
    yield;
    if (image.split !== split || !isLabelled(image)) continue;
    ids.push(image.id);
    images.push(jobImage(image, project.imageFile(image, root), numbers));
  }
  return { ids, images };
}

/** The few validation images that a run shows after each evaluation: drawn by its seed, those with boxes first. */
export function watchedImages({ ids, images }: SplitImages, seed: number) {
  const drawn = Rng.seeded(seed, 'watched').shuffle(Int32Array.from(ids.keys()));
  const hasBoxes = (position: number) =>
    (images[position]?.labels.length ?? 0) + (images[position]?.ignore.length ?? 0) > 0;
  const chosen = [...drawn].sort((a, b) => Number(hasBoxes(b)) - Number(hasBoxes(a))).slice(0, WATCHED);
  const positions = chosen.sort((a, b) => a - b);
  return { positions, imageIds: positions.map((position) => ids[position] ?? 0) };
}

/** The labels as a run that started now would take them; nothing is stored. */
export function currentImages(project: OpenProject) {
  const classes = trainedClasses({ classes: project.classes.list() });
  const numbers = new Map(classes.map((label, index) => [label.id, index]));
  const root = project.info().imageRoot;
  const labelled = [...project.snapshots.now()].filter(isLabelled);
  const train = labelled.filter(({ split }) => split === 'train');
  const val = labelled.filter(({ split }) => split === 'val');
  return {
    classes,
    train,
    val,
    trainJob: train.map((image) => jobImage(image, project.imageFile(image, root), numbers)),
  };
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
  return image.boxes.length > 0 || isFinished(image);
}

function jobImage(image: LabelledImage, path: string, numbers: ReadonlyMap<number, number>): JobImage {
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
  return { path, width: image.width, height: image.height, boxes, labels, ignore };
}
