// What an evaluation tells: its figures, and the boxes behind each of them.
import type { Rect } from './model.ts';

/** TIDE's: wrong class; badly placed; both; a second find; nothing there; a box nobody found. */
export const errorKinds = ['Cls', 'Loc', 'Both', 'Dup', 'Bkg', 'Miss'] as const;
export type ErrorKind = (typeof errorKinds)[number];

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Nominally 95 %; null where there is too little to draw from. */
export type Intervals = Readonly<Record<'AP' | 'AP50', Interval>> | null;

export interface ErrorCosts {
  /** AP50 as TIDE counts it. */
  readonly AP: number;
  /** AP50 that mending a kind of error alone would add. */
  readonly dAP: Readonly<Record<ErrorKind, number>>;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly counts: Readonly<Record<ErrorKind, number>>;
}

/** Detections of at least t / 100, for t from 0 to 100. */
export interface ThresholdCounts {
  readonly found: readonly number[];
  readonly wrong: readonly number[];
  /** Boxes to find. */
  readonly wanted: number;
}

export interface ClassFigures {
  readonly id: number;
  readonly name: string;
  /** 0 to 1; -1 where no box is labelled. */
  readonly AP: number;
  readonly AP50: number;
  readonly thresholds: ThresholdCounts;
  /** [101] precision at recall 0, .01, ... 1 at IoU .5, and the score that reaches it; -1 where no box is labelled. */
  readonly precision: readonly number[];
  readonly scores: readonly number[];
}

/** An image that an evaluation leaves out. */
export interface UnreadableImage {
  readonly imageId: number;
  /** In a sentence. */
  readonly why: string;
}

export interface Figures {
  readonly images: number;
  /** Groups of images that say something on their own; an image without a group is one. */
  readonly groups: number;
  readonly boxes: number;
  readonly detections: number;
  /** AP, AP50, ...: 0 to 1, -1 where there is nothing to find. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly classes: readonly ClassFigures[];
  readonly thresholds: ThresholdCounts;
  /** The score threshold of highest F1. */
  readonly bestThreshold: number;
  /** Of all detections, which the errors count; 0 where there is none. */
  readonly lowestScore: number;
  readonly errors: ErrorCosts;
}

/** [(K + 1) * (K + 1)] rows: what is labelled, last "no match"; columns: what is detected, last "missed". */
export type ConfusionCounts = readonly number[];

/** The boxes behind a figure. `score`: detections below it do not count. `classId`: of one class; of all where left out. */
export type Selector =
  /** `by`: AP50 and AP75 have the errors at their IoU, AP also what is right at IoU .5 but not at all of them. */
  | {
      readonly kind: 'errors';
      readonly error?: ErrorKind | undefined;
      readonly classId?: number | undefined;
      readonly by?: 'AP' | 'AP50' | 'AP75' | undefined;
    }
  /** Detections of a class, those nearest to a score first. */
  | { readonly kind: 'point'; readonly classId: number; readonly score: number }
  /** A cell of the confusion matrix; null: no label matches, or nothing is detected. */
  | {
      readonly kind: 'cell';
      readonly labelled: number | null;
      readonly detected: number | null;
      readonly score: number;
    }
  /** Detections with a score from `from` up to below `to`. */
  | { readonly kind: 'bin'; readonly from: number; readonly to: number; readonly right: boolean }
  /** Boxes of a size, those found least well first. */
  | { readonly kind: 'size'; readonly size: BoxSize }
  /** Boxes to find, those found least well first. */
  | { readonly kind: 'labels'; readonly classId?: number | undefined }
  /** Images, each with one box where it has any. */
  | { readonly kind: 'images' }
  /** Boxes, those first that the first `most` detections of their image and class do not find. */
  | { readonly kind: 'recall'; readonly most: 1 | 10 | 100; readonly size?: BoxSize | undefined }
  /** What costs precision (wrong detections), recall (boxes not found) or F1 (both) at a threshold. */
  | {
      readonly kind: 'threshold';
      readonly of: 'precision' | 'recall' | 'f1';
      readonly score: number;
      readonly classId?: number | undefined;
    };

/** As COCO tells sizes apart: up to 32 and up to 96 pixels square. */
export type BoxSize = 'small' | 'medium' | 'large';

/** The boxes behind a figure of a comparison. */
export type ComparedSelector =
  /** What only the second finds, what only the first does. */
  | { readonly kind: 'gained' | 'lost' }
  /** What only one of them finds or takes for something; by AP also what they place otherwise. */
  | {
      readonly kind: 'differences';
      readonly by: 'AP' | 'AP50';
      readonly classId?: number | undefined;
    }
  | { readonly kind: 'images' };

/**
 * What became of a detection and a box that are shown together. `below`: found, by less than the threshold; `later`: found,
 * after as many detections as count; `unmatched`: a detection without a box left for it at IoU .5; `empty`: neither.
 */
export type ExampleOutcome = 'found' | 'below' | 'later' | 'unmatched' | 'empty' | ErrorKind;

export interface Example {
  readonly imageId: number;
  readonly outcome: ExampleOutcome;
  /** It lies in an ignored region and costs nothing. */
  readonly excused: boolean;
  readonly label: (Rect & { readonly boxId: number; readonly classId: number }) | null;
  /** Other labels in sight of these two. */
  readonly beside: readonly (Rect & { readonly classId: number })[];
  readonly detection: (Rect & { readonly classId: number; readonly score: number }) | null;
  /** Of the two that are shown; 0 where there is but one. */
  readonly iou: number;
  /** Whose detection it is, in a comparison. */
  readonly side?: 'first' | 'second';
}

export interface Examples {
  readonly total: number;
  /** Some of them, in their order. */
  readonly items: readonly Example[];
}

export interface ComparedMetric {
  readonly first: number;
  readonly second: number;
  /** Second less first. */
  readonly difference: number;
  /** Nominally 95 %, of the difference; null where there is too little to draw from. */
  readonly interval: Interval | null;
}

/** Two evaluations on the images that both have, by the same labels. */
export interface Comparison {
  readonly images: number;
  readonly AP: ComparedMetric;
  readonly AP50: ComparedMetric;
  readonly classes: readonly {
    readonly id: number;
    readonly name: string;
    readonly first: number;
    readonly second: number;
  }[];
  /** How many boxes only the second finds, and only the first does, at IoU .5 and any score. */
  readonly gained: number;
  readonly lost: number;
}
