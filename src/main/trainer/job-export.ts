// An export job: a trained detector to be written for another runtime, and held against our own on images.
import type { ExportProof } from '../../shared/contract/model-exports.ts';
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

/** With what it was held to. */
export interface Proof extends ExportProof {
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
