// From a project's labels to a training job: which images take part, and under which class numbers.
import { counted } from '../../shared/counted.ts';
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

/** The network's class of each label class. */
export function classNumbers(classes: readonly LabelClass[]): ReadonlyMap<number, number> {
  return new Map(classes.map((label, index) => [label.id, index]));
}

/** The images of one split with their ids, one list beside the other. */
export interface SplitImages {
  readonly ids: readonly number[];
  readonly images: readonly JobImage[];
}

/** The finished images of one split, as the trainer wants them. */
export function jobImages(project: OpenProject, snapshot: Snapshot, split: Split): readonly JobImage[] {
  return atOnce(imagesBySplit(project, snapshot))[split].images;
}

/** The finished images of every split with their ids, read once; may be set aside. */
export function* imagesBySplit(
  project: OpenProject,
  snapshot: Snapshot,
): Sliced<Readonly<Record<Split, SplitImages>>> {
  const numbers = classNumbers(trainedClasses(snapshot));
  const root = project.info().imageRoot;
  const none = () => ({ ids: [] as number[], images: [] as JobImage[] });
  const found = { train: none(), val: none(), test: none() };
  for (const image of project.snapshots.images(snapshot.hash)) {
    yield;
    // what is not finished lacks boxes, which would be learned as background
    if (image.split === null || !isFinished(image)) continue;
    const { ids, images } = found[image.split];
    ids.push(image.id);
    images.push(jobImage(image, project.imageFile(image, root), numbers));
  }
  return found;
}

/** Counts what can be learned while images pass by. */
export class Learnable {
  images = 0;
  /** Training images that are not finished. */
  inProgress = 0;
  readonly #boxes = new Map<number, number>();

  see(image: LabelledImage): void {
    if (image.split !== 'train') return;
    if (image.state === 'in-progress') this.inProgress += 1;
    if (!isFinished(image)) return;
    this.images += 1;
    for (const { ignore, classId } of image.boxes)
      if (!ignore) this.#boxes.set(classId, (this.#boxes.get(classId) ?? 0) + 1);
  }

  boxesOf(classes: readonly LabelClass[]): number {
    return classes.reduce((sum, { id }) => sum + (this.#boxes.get(id) ?? 0), 0);
  }
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

/** Throws a Problem where there is nothing to learn from. */
export function assertLearnable(
  found: { readonly images: number; readonly boxes: number; readonly inProgress: number },
  classes: readonly unknown[],
): void {
  if (classes.length === 0) {
    throw new Problem('The project has no classes.', 'Add a class and draw boxes, or import labels.');
  }
  const { images, boxes, inProgress } = found;
  if (boxes > 0) return;
  if (inProgress > 0) {
    throw new Problem(
      `There is nothing to learn from yet: ${counted(inProgress, 'training image is', 'training images are')} in progress, and none with a box is done.`,
      'Mark an image done (Enter) once each object on it has its box.',
    );
  }
  throw new Problem(
    `There is nothing to learn from: ${images} labelled training images hold no box.`,
    'Draw boxes on some images of the training split, or import labels.',
  );
}

/** One image for the trainer; `numbers` has the network's class of each label class that is trained. */
export function jobImage(
  image: Pick<LabelledImage, 'width' | 'height' | 'boxes'>,
  path: string,
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
  return { path, width: image.width, height: image.height, boxes, labels, ignore };
}
