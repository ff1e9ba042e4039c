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

/** What the training process says, in order. */
export type TrainingEvent =
  | {
      readonly type: 'started';
      readonly parameters: number;
      readonly stepsPerEpoch: number;
      readonly device: string;
      readonly fromStep: number;
    }
  | { readonly type: 'step'; readonly step: number; readonly epoch: number; readonly metrics: Metrics }
  | { readonly type: 'evaluating'; readonly done: number; readonly of: number }
  | { readonly type: 'evaluation'; readonly step: number; readonly epoch: number; readonly metrics: Metrics }
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

/** What the training process is told. */
export type TrainingCommand =
  | { readonly type: 'start'; readonly job: TrainingJob }
  | { readonly type: 'pause' };
