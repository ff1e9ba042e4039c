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
  /** Scenes that the images show: those of a group are one. */
  readonly scenes: number;
  readonly boxes: number;
  readonly detections: number;
  /** AP, AP50, ...: 0 to 1, -1 where there is nothing to find. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly classes: readonly ClassFigures[];
  readonly thresholds: ThresholdCounts;
  /** The score threshold of highest F1. */
  readonly bestThreshold: number;
  readonly errors: ErrorCosts;
}

/** [(K + 1) * (K + 1)] rows: what is labelled, last "nothing"; columns: what is detected, last "missed". */
export type ConfusionCounts = readonly number[];

/** The boxes behind a figure. `score`: detections below it do not count. */
export type Selector =
  | { readonly kind: 'errors'; readonly error?: ErrorKind | undefined; readonly classId?: number | undefined }
  /** Detections of a class nearest to a score. */
  | { readonly kind: 'point'; readonly classId: number; readonly score: number }
  /** A cell of the confusion matrix; null: nothing labelled there, or nothing detected. */
  | {
      readonly kind: 'cell';
      readonly labelled: number | null;
      readonly detected: number | null;
      readonly score: number;
    }
  /** Detections with a score from `from` up to below `to`. */
  | { readonly kind: 'bin'; readonly from: number; readonly to: number; readonly right: boolean }
  | { readonly kind: 'size'; readonly size: 'small' | 'medium' | 'large' }
  /** What costs precision (wrong detections) or recall (boxes not found) at a threshold. */
  | {
      readonly kind: 'threshold';
      readonly of: 'precision' | 'recall';
      readonly score: number;
      /** One class; all where it is left out. */
      readonly classId?: number | undefined;
    };

export interface Example {
  readonly imageId: number;
  readonly outcome: 'found' | 'excused' | ErrorKind;
  readonly label: (Rect & { readonly boxId: number; readonly classId: number }) | null;
  readonly detection: (Rect & { readonly classId: number; readonly score: number }) | null;
  readonly iou: number;
}

export interface Examples {
  readonly total: number;
  /** The first of them. */
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
  /** Boxes that only the second finds, and that only the first does, at IoU .5 and any score. */
  readonly gained: Examples;
  readonly lost: Examples;
}
