// An export job: a trained detector to be written for another runtime, and held against our own on images.
import type { Recipe } from '../../shared/recipe.ts';
import type { FoundObjects, JobImage, ModelSource, RunnableFormat } from './job.ts';

export interface ExportJob {
  readonly model: ModelSource;
  readonly format: RunnableFormat;
  readonly weights: 'float32' | 'float16' | 'uint8';
  /** Write the head's maps as a second model too. */
  readonly heads: boolean;
  /** An empty folder. */
  readonly folder: string;
  /** What the exported model is tried on. */
  readonly images: readonly JobImage[];
}

export interface ExportCommand {
  readonly type: 'export';
  readonly job: ExportJob;
}

export type ExportStage = 'tracing' | 'writing' | 'proving';

/** The exported model in its runtime against our engine, on the same pixels. */
export interface Proof {
  readonly runtime: string;
  readonly images: number;
  /** Found by our engine. */
  readonly detections: number;
  /** Largest differences: pixels of the network's input, and scores 0 to 1. */
  readonly boxDifference: number;
  readonly scoreDifference: number;
  /** Found by one of the two alone. */
  readonly unmatched: number;
  readonly AP: {
    readonly engine: number;
    readonly exported: number;
    /** Of the exported model's: where it would lie, 19 times of 20, on other such images. Null where they are too few. */
    readonly interval: { readonly low: number; readonly high: number } | null;
  };
  /** Medians on the machine of the export, per image, without decoding and resizing. */
  readonly milliseconds: { readonly engine: number; readonly exported: number };
  readonly tolerance: {
    readonly boxDifference: number;
    readonly scoreDifference: number;
    readonly unmatched: number;
    readonly AP: number;
  };
}

export interface ExportResult {
  /** Names in the folder; `mainFile` is what is opened. */
  readonly files: readonly string[];
  readonly mainFile: string;
  readonly classes: readonly string[];
  readonly recipe: Recipe;
  readonly proof: Proof;
  /** One of the job's images, and what the exported model finds on it, in its upright pixels. */
  readonly sample: { readonly path: string; readonly found: FoundObjects };
}

export type ExportEvent =
  | { readonly type: 'log'; readonly level: 'warning'; readonly text: string }
  | {
      readonly type: 'exporting';
      readonly stage: ExportStage;
      readonly done: number;
      readonly of: number;
    }
  | { readonly type: 'exported'; readonly result: ExportResult }
  | { readonly type: 'failed'; readonly message: string; readonly details: string };
