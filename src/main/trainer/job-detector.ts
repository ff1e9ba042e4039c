// What a detector that is kept ready is asked, and what it answers. Plain JSON, as the jobs are.
import type { FoundObjects, JobImage, ModelSource } from './job.ts';

interface Asked {
  readonly model: ModelSource;
  /** The folder where what makes a model quicker is kept; it may be deleted at any time. */
  readonly cache: string;
}

export type DetectorQuestion =
  | (Asked & {
      readonly type: 'look';
      readonly images: readonly JobImage[];
      /** Lowest final score (class times IoU) that is told. */
      readonly scoreThresh: number;
    })
  | (Asked & {
      readonly type: 'explain';
      readonly images: readonly JobImage[];
      /** With every cell's scores, for one picture; without, for a whole data set. */
      readonly maps: boolean;
    });

export type DetectorRequest = DetectorQuestion & { readonly request: number };

/** Found on an image, or why it could not be read. */
export type Looked = FoundObjects | { readonly trouble: string };

/** One pyramid level of an explained image; a cell's number is `y * width + x`. */
export interface ExplainedLevel {
  readonly stride: number;
  readonly width: number;
  readonly height: number;
  /** The best class score of each cell, 0..1; empty without maps. */
  readonly clsScores: readonly number[];
  /** The quality score of each cell, 0..1; empty without maps. */
  readonly iouScores: readonly number[];
}

/** An anchor that learns a box. */
export interface Positive {
  readonly branch: 'cls' | 'reg';
  readonly level: number;
  /** Column and row of its cell. */
  readonly column: number;
  readonly row: number;
  /** Index of the box in the job's image. */
  readonly box: number;
  /** What the two branches say there: the score of the box's class, and the predicted quality. */
  readonly clsScore: number;
  readonly iouScore: number;
  /** The predicted box's true IoU with the labelled one. */
  readonly iou: number;
}

/** Why no anchor learns a box: none has its centre inside, or others' boxes took them all. */
export type UnlearntReason = 'too small' | 'crowded';

export interface Explained {
  /** Network-input pixels per original pixel. */
  readonly scaleX: number;
  readonly scaleY: number;
  readonly levels: readonly ExplainedLevel[];
  readonly positives: readonly Positive[];
  /** Boxes that no anchor of the branch learns. */
  readonly unlearnt: readonly {
    readonly branch: 'cls' | 'reg';
    readonly box: number;
    readonly why: UnlearntReason;
  }[];
}

/** How the model's training weighs its levels, and by which rule it assigns, as of its checkpoint. */
export interface AssignmentFacts {
  /** 1..2 a level; null where it is not known, for weights from a file. */
  readonly levelWeights: { readonly cls: readonly number[]; readonly reg: readonly number[] } | null;
  /** 0: plain ATSS, one assignment for both branches; 1: cost-aware, apart. */
  readonly costWeight: number;
}

export type DetectorAnswer = { readonly request: number } & (
  | {
      readonly type: 'looked';
      readonly classes: readonly string[];
      /** What looked: the network, or the runtime of an exported model or of a traced graph. */
      readonly runtime: string;
      /** Why it took longer than it could; null where all is well. */
      readonly hindrance: string | null;
      readonly images: readonly Looked[];
    }
  | {
      readonly type: 'explained';
      readonly facts: AssignmentFacts;
      readonly images: readonly (Explained | { readonly trouble: string })[];
    }
  | { readonly type: 'failed'; readonly message: string }
);
