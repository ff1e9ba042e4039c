// Asks models for suggestions: one image while somebody waits, or many as a job that can be watched and cancelled.
import type { SuggestingProgress } from '../../shared/contract/suggestions.ts';
import type { ImageRecord } from '../../shared/model.ts';
import { Problem, sentenceOf } from '../../shared/problem.ts';
import type { JobImage } from '../trainer/job.ts';
import type { Looked } from '../trainer/job-detector.ts';
import type { DetectorProcess } from '../trainer/launch-detector.ts';
import type { OpenProject } from './projects.ts';
import { inSlices } from './slices.ts';
import { SoleJob } from './sole-job.ts';
import { type ChosenModel, chosenModel, classesByName } from './suggesting-models.ts';
import type { Find, SuggestingModel } from './suggestions.ts';

/** Lowest score that is kept: a threshold is moved later, without looking again. */
const LOWEST_SCORE = 0.1;
/** Images asked for at once: short enough that a single image may come between. */
const IMAGES_AT_ONCE = 8;

export type Which =
  | { readonly kind: 'all' | 'unlabelled' }
  | { readonly kind: 'selection'; readonly ids: readonly number[] };

export interface SuggestingListeners {
  readonly onProgress?: (progress: SuggestingProgress) => void;
  /** Told of an image that could not be read, and of what makes looking slow. */
  readonly onWarning?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Looks at one image, keeps what was found and gives the model's key. Throws a Problem where it cannot be read. */
export async function suggestNow(
  detector: DetectorProcess,
  project: OpenProject,
  key: string,
  imageId: number,
): Promise<string> {
  const model = chosenModel(project, key);
  const { image } = project.annotations.labels(imageId);
  const answer = await detector.ask({
    type: 'look',
    model: model.source,
    cache: model.cache,
    images: [bare(project, image, project.info().imageRoot)],
    scoreThresh: LOWEST_SCORE,
  });
  const [looked] = answer.images;
  if (!looked || 'trouble' in looked) throw new Problem(looked?.trouble ?? 'The detector said nothing.');
  keep(project, model, answer.classes, [image], answer.images);
  return model.key;
}

/**
 * Looks at many images; what was found is kept as it comes, so that a job that is cancelled or fails keeps what it
 * has. Images that the same checkpoint has looked at are not looked at again, unless they are named one by one.
 */
export async function suggestMany(
  detector: DetectorProcess,
  project: OpenProject,
  key: string,
  which: Which,
  { onProgress, onWarning, signal }: SuggestingListeners = {},
): Promise<SuggestingProgress> {
  const model = chosenModel(project, key);
  const ids = await imagesFor(project, model, which);
  let progress = { ...begun(model), of: ids.length };
  onProgress?.(progress);
  const root = project.info().imageRoot;
  for (let start = 0; start < ids.length && !signal?.aborted; start += IMAGES_AT_ONCE) {
    const wanted = ids.slice(start, start + IMAGES_AT_ONCE);
    // what was taken out of the project meanwhile is passed over
    const some = wanted.flatMap((id) => project.annotations.find(id) ?? []);
    const answer = await detector.ask({
      type: 'look',
      model: model.source,
      cache: model.cache,
      images: some.map((image) => bare(project, image, root)),
      scoreThresh: LOWEST_SCORE,
    });
    const troubles = answer.images.flatMap((looked) => ('trouble' in looked ? [looked.trouble] : []));
    for (const trouble of troubles) onWarning?.(trouble);
    const { hindrance } = answer;
    if (hindrance !== null && progress.hindrance === null) onWarning?.(hindrance);
    const found = keep(project, model, answer.classes, some, answer.images);
    progress = {
      ...progress,
      done: progress.done + wanted.length,
      found: progress.found + found,
      unreadable: progress.unreadable + troubles.length,
      hindrance,
    };
    onProgress?.(progress);
  }
  return { ...progress, state: progress.done < progress.of ? 'cancelled' : 'done' };
}

function begun({ key, name }: ChosenModel): SuggestingProgress {
  const none = { done: 0, of: 0, found: 0, unreadable: 0, hindrance: null, cause: null };
  return { model: key, modelName: name, ...none, state: 'going' };
}

/** One job of looking at many images at a time; cancelled, it ends after the images under way and keeps what was found. */
export class Suggesting extends SoleJob<SuggestingProgress> {
  readonly #detector: DetectorProcess;

  /** `told` hears of every change. */
  constructor(detector: DetectorProcess, told: (progress: SuggestingProgress) => void) {
    super(told);
    this.#detector = detector;
  }

  /** Throws a Problem while another one is going on. */
  start(project: OpenProject, key: string, which: Which): void {
    this.assertFree('Suggestions are being made already.', 'Cancel them or wait for their end.');
    const model = chosenModel(project, key);
    this.tell(begun(model));
    this.run(async (signal) => {
      const onProgress = (progress: SuggestingProgress) => this.tell(progress);
      try {
        const ended = await suggestMany(this.#detector, project, key, which, { onProgress, signal });
        if (ended.of === 0) throw nothingLeft(model);
        this.tell(ended);
      } catch (error) {
        if (this.progress) this.tell({ ...this.progress, state: 'failed', cause: sentenceOf(error) });
      }
    });
  }
}

function nothingLeft({ name }: ChosenModel): Problem {
  return new Problem(
    `There is nothing left for ${name} to look at among these images.`,
    'Choose other images, or look at a single one anew.',
  );
}

/** Those that are named, and otherwise those that the same checkpoint has not looked at. */
async function imagesFor(
  project: OpenProject,
  { key, checkpointId }: ChosenModel,
  which: Which,
): Promise<readonly number[]> {
  if (which.kind === 'selection') return which.ids;
  const state = which.kind === 'unlabelled' ? 'unlabelled' : null;
  return await inSlices(project.suggestions.unseen(key, checkpointId, state));
}

/** Keeps what was found on each image that could be read; returns how many finds that were. */
function keep(
  project: OpenProject,
  chosen: ChosenModel,
  names: readonly string[],
  images: readonly ImageRecord[],
  looked: readonly Looked[],
): number {
  const model = suggestingModel(project, chosen, names);
  let count = 0;
  images.forEach((image, index) => {
    const found = looked[index];
    if (!found || 'trouble' in found) return;
    const finds = findsOf(found);
    project.suggestions.keep(model, image.id, finds, chosen.checkpointId);
    count += finds.length;
  });
  return count;
}

function suggestingModel(
  project: OpenProject,
  { key, name, runId, classes }: ChosenModel,
  names: readonly string[],
): SuggestingModel {
  const known = classes?.length === names.length ? classes : classesByName(project, names);
  return { key, name, runId, classes: known };
}

function findsOf({ boxes, scores, labels }: Exclude<Looked, { trouble: string }>): Find[] {
  return scores.flatMap((score, d) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.slice(d * 4, d * 4 + 4);
    const find = { x: x1, y: y1, width: x2 - x1, height: y2 - y1, classIndex: labels[d] ?? 0, score };
    return find.width > 0 && find.height > 0 ? [find] : [];
  });
}

/** An image without its labels: the detector is not to know them. */
function bare(project: OpenProject, image: ImageRecord, root: string): JobImage {
  const { width, height } = image;
  return { path: project.imageFile(image, root), width, height, boxes: [], labels: [], ignore: [] };
}
