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

/** Where the weights come from before the first step: a backbone's, or a whole detector's. */
export interface InitialWeights {
  readonly kind: 'backbone' | 'detector';
  readonly file: string;
}

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
}

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
  | ({ readonly type: 'evaluation' } & TracePoint)
  | {
      readonly type: 'checkpoint';
      readonly id: number;
      readonly kind: string;
      readonly step: number;
      readonly epoch: number;
      readonly metrics: JsonObject;
    }
  | { readonly type: 'log'; readonly level: 'info' | 'warning'; readonly text: string }
  | { readonly type: 'ended'; readonly end: 'done' | 'paused' | 'stopped early' }
  | { readonly type: 'failed'; readonly message: string; readonly details: string };

/** Kinds of models that other programs run, as opposed to weights alone. */
export const runnableFormats = ['onnx'] as const;
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
  readonly images: readonly FoundObjects[];
  readonly metrics: Metrics | null;
  readonly perClass: readonly { readonly name: string; readonly AP: number; readonly AP50: number }[];
  readonly seconds: number;
}

export type DetectionEvent =
  | { readonly type: 'log'; readonly level: 'warning'; readonly text: string }
  | { readonly type: 'evaluating'; readonly done: number; readonly of: number }
  | { readonly type: 'detected'; readonly result: DetectionResult }
  | { readonly type: 'failed'; readonly message: string; readonly details: string };

/** What the training process is told. */
export type TrainingCommand =
  | { readonly type: 'start'; readonly job: TrainingJob }
  | { readonly type: 'detect'; readonly job: DetectionJob }
  | { readonly type: 'pause' };
