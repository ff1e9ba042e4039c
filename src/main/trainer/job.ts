// A training job: all that the training process needs, and nothing it would have to look up. Plain JSON, so that a job
// can be kept, replayed from a shell and tested without an application around it.
import type { JsonObject } from '../../shared/model.ts';
import type { Recipe } from '../../shared/recipe.ts';

/** A labelled image. Boxes are flat xyxy in upright pixels. */
export interface JobImage {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly number[];
  readonly labels: readonly number[];
  readonly ignore: readonly number[];
}

/** Where the weights come from before the first step: a backbone's, a whole detector's, or a checkpoint of a store. */
export type InitialWeights =
  | { readonly kind: 'backbone' | 'detector'; readonly file: string }
  | { readonly kind: 'checkpoint'; readonly store: string; readonly id: number };

export interface TrainingJob {
  readonly runId: string;
  readonly recipe: Recipe;
  /** Names in the order of the network's classes. */
  readonly classes: readonly string[];
  readonly seed: number;
  readonly train: readonly JobImage[];
  readonly val: readonly JobImage[];
  readonly initialWeights: InitialWeights | null;
  readonly checkpoints: string;
  /** Go on from this run's latest checkpoint. */
  readonly resume: boolean;
  /** Find the batch size by a probe first, and scale the learning rate with it. */
  readonly autoBatch?: boolean;
  /** The learning rate stays as it is whatever batch is found. */
  readonly keepRate?: boolean;
  /** The warm-up takes a quarter of the training at most, whatever batch is found. */
  readonly fitsWarmup?: boolean;
  /** Compute each batch in at least so many parts, after memory ran out before. */
  readonly parts?: number;
  /** Keep a checkpoint of every so many epochs, besides the best and the last. */
  readonly keepEvery?: number;
  /** Positions in `val` of the images whose detections are told after each evaluation. */
  readonly watched?: readonly number[];
}

/** How right a run is on one class. */
export type ClassResult = { readonly name: string; readonly AP: number; readonly AP50: number };

export type Metrics = Readonly<Record<string, number>>;

/** The numbers of one step, or of the evaluation after it. */
export interface TracePoint {
  readonly step: number;
  readonly epoch: number;
  readonly metrics: Metrics;
}

/** What the training process says, in order. */
export type TrainingEvent =
  | {
      readonly type: 'started';
      readonly parameters: number;
      readonly stepsPerEpoch: number;
      readonly device: string;
      readonly fromStep: number;
    }
  /** A run goes on from `step`; `trace` has the last points before it, which nobody may have heard. */
  | { readonly type: 'resumed'; readonly step: number; readonly trace: readonly TracePoint[] }
  | ({ readonly type: 'step' } & TracePoint)
  | { readonly type: 'evaluating'; readonly done: number; readonly of: number }
  | ({
      readonly type: 'evaluation';
      readonly perClass?: readonly ClassResult[];
      /** The score from which on F1 is best. */
      readonly bestThreshold?: number;
    } & TracePoint)
  | {
      readonly type: 'predictions';
      readonly step: number;
      readonly epoch: number;
      /** In the order of the job's `watched`. */
      readonly images: readonly FoundObjects[];
    }
  /** Steps of several sizes are tried out, to find the batch size. */
  | { readonly type: 'probing' }
  /** The batch size was found: the recipe as it will be trained. */
  | { readonly type: 'probed'; readonly recipe: Recipe }
  /** Memory ran out after `step`: each batch is computed in `parts` parts from there on. */
  | { readonly type: 'out of memory'; readonly step: number; readonly parts: number; readonly text: string }
  | {
      readonly type: 'checkpoint';
      readonly id: number;
      readonly kind: string;
      readonly step: number;
      readonly epoch: number;
      readonly metrics: JsonObject;
    }
  | { readonly type: 'log'; readonly level: 'info' | 'warning'; readonly text: string }
  | { readonly type: 'ended'; readonly end: 'done' | 'paused' | 'stopped' | 'stopped early' }
  | {
      readonly type: 'failed';
      readonly message: string;
      readonly details: string;
      /** It may go on from its last checkpoint in smaller parts. */
      readonly outOfMemory?: boolean;
      /** The loss is no number any more: resumed, it would come to the same step again. */
      readonly diverged?: boolean;
      /** Nothing can be stored: any other training would fail as well. */
      readonly ofDisk?: boolean;
    };

/** Kinds of models that other programs run, as opposed to weights alone. */
export const runnableFormats = ['onnx', 'tfjs', 'savedmodel'] as const;
export type RunnableFormat = (typeof runnableFormats)[number];

/** A trained detector: a checkpoint in a store, a file with what its weights do not tell, or an exported model. */
export type ModelSource =
  | { readonly kind: 'checkpoint'; readonly store: string; readonly id: number }
  | {
      readonly kind: 'file';
      readonly file: string;
      readonly recipe?: Recipe;
      readonly classes?: readonly string[];
    }
  | {
      readonly kind: 'exported';
      readonly format: RunnableFormat;
      readonly file: string;
      readonly recipe?: Recipe;
      readonly classes?: readonly string[];
    };

/** Run a detector over images, and count how right it is where they are labelled. */
export interface DetectionJob {
  readonly model: ModelSource;
  readonly images: readonly JobImage[];
  readonly evaluate: boolean;
  /** Lowest final score (class times IoU) that is told. */
  readonly scoreThresh?: number;
}

/** What was found on one image: boxes flat xyxy in upright pixels, by falling score. */
export interface FoundObjects {
  readonly boxes: readonly number[];
  readonly scores: readonly number[];
  readonly labels: readonly number[];
}

export interface DetectionResult {
  readonly classes: readonly string[];
  /** Of each of the job's; nothing is found on those that could not be read. */
  readonly images: readonly FoundObjects[];
  /** Places of images that could not be read, which the numbers leave out. */
  readonly unreadable: readonly { readonly image: number; readonly why: string }[];
  readonly metrics: Metrics | null;
  readonly perClass: readonly ClassResult[];
  /** The score from which on F1 is best, where the images were evaluated. */
  readonly bestThreshold?: number;
  readonly seconds: number;
}

export type DetectionEvent =
  | { readonly type: 'log'; readonly level: 'warning'; readonly text: string }
  | { readonly type: 'evaluating'; readonly done: number; readonly of: number }
  /** What was found on the next images of the job. */
  | { readonly type: 'found'; readonly images: readonly FoundObjects[] }
  /** All else, once everything that was found is told. */
  | { readonly type: 'detected'; readonly result: Omit<DetectionResult, 'images'> }
  | { readonly type: 'failed'; readonly message: string; readonly details: string };

/** Delete checkpoints: of a whole run, or those that a thinner retention leaves out. */
export interface CleanJob {
  readonly store: string;
  readonly runId: string;
  /** Keep those of every so many epochs, none for null; left out, the whole run goes. */
  readonly every?: number | null;
  /** Nothing else writes to the store, so that one of an older program may be written anew to become smaller. */
  readonly mayRebuild: boolean;
}

export interface Cleaned {
  readonly checkpoints: number;
  /** By which the file is smaller. */
  readonly bytes: number;
}

/** Write training images as the network will see them to `folder`, as `key`.webp each. */
export interface PreviewJob {
  readonly images: readonly (JobImage & { readonly key: string })[];
  readonly recipe: Recipe;
  readonly seed: number;
  readonly folder: string;
}

/** Boxes flat xyxy in the picture's pixels. */
export interface AugmentedPicture {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly number[];
  readonly labels: readonly number[];
}

/** Small work that is done once and answered once. */
export type Errand =
  | { readonly type: 'clean'; readonly job: CleanJob }
  | { readonly type: 'preview'; readonly job: PreviewJob };

export type ErrandEvent =
  | { readonly type: 'answered'; readonly answer: unknown }
  | { readonly type: 'failed'; readonly message: string; readonly details: string };

/** A training's images, and those of a detection. */
export type JobPart = 'train' | 'val' | 'detect';

/** What the training process is told. */
export type TrainingCommand =
  | Errand
  /** Images of the job that `start` or `detect` gives; they come before its own. */
  | { readonly type: 'images'; readonly part: JobPart; readonly images: readonly JobImage[] }
  | { readonly type: 'start'; readonly job: TrainingJob }
  | { readonly type: 'detect'; readonly job: DetectionJob }
  | { readonly type: 'pause' }
  /** End after the epoch; with `wanted` false, an end that was asked for is taken back. */
  | { readonly type: 'stop'; readonly wanted: boolean };
