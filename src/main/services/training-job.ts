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
  return atOnce(splitImages(project, snapshot, split)).images;
}

/** The same with the images' ids; may be set aside. */
export function* splitImages(project: OpenProject, snapshot: Snapshot, split: Split): Sliced<SplitImages> {
  const numbers = classNumbers(trainedClasses(snapshot));
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

/** Throws a Problem where there is nothing to learn from. */
export function assertLearnable(
  { images, boxes }: { readonly images: number; readonly boxes: number },
  classes: readonly unknown[],
): void {
  if (classes.length === 0) {
    throw new Problem('The project has no classes.', 'Add a class and draw boxes, or import labels.');
  }
  if (boxes === 0) {
    throw new Problem(
      `There is nothing to learn from: ${images} labelled training images hold no box.`,
      'Draw boxes on some images of the training split, or import labels.',
    );
  }
}

/** An image nobody has looked at says nothing, not even that it is empty. */
function isLabelled(image: LabelledImage): boolean {
  return image.boxes.length > 0 || isFinished(image);
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
