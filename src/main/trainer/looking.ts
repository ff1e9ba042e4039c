// What a detector that is ready can do, whatever it came as, and how an exported one looks at image files.
import { sentenceOf } from '../../shared/problem.ts';
import type { Recipe } from '../../shared/recipe.ts';
import type { ImageDetector } from '../detector/export/export-format.ts';
import { detectFile } from '../detector/export/file-detector.ts';
import type { JobImage } from './job.ts';
import type { AssignmentFacts, Explained, Looked } from './job-detector.ts';
import { plain } from './read-model.ts';

/** How training would assign the labels of images, and by which rule. */
export interface Explanation {
  readonly facts: AssignmentFacts;
  readonly images: (Explained | { readonly trouble: string })[];
}

/** A detector of any make. */
export interface OpenDetector {
  readonly classes: readonly string[];
  /** What looked last. */
  readonly runtime: string;
  /** Why it looks slower than it could; null where all is well. */
  readonly hindrance: string | null;
  /** What is found on each image, in order. */
  look(images: readonly JobImage[], scoreThresh: number): Promise<Looked[]>;
  /** Absent where the network's inside is not ours to see. */
  readonly explain?: (images: readonly JobImage[], maps: boolean) => Promise<Explanation>;
  /** What makes the next look quicker, done once the answer is on its way. */
  readonly prepare?: () => Promise<void>;
  dispose(): void;
}

/** What a detector finds on each image file, or why that cannot be read. */
export async function lookAtFiles(
  detector: ImageDetector,
  recipe: Recipe,
  images: readonly JobImage[],
  scoreThresh: number,
): Promise<Looked[]> {
  const found: Looked[] = [];
  for (const { path } of images) {
    const one = await detectFile(detector, path, recipe).then(
      (detections) => plain(detections, scoreThresh),
      (error) => ({ trouble: sentenceOf(error) }),
    );
    found.push(one);
  }
  return found;
}
