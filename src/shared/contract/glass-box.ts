// Requests about the glass box: which anchors learn which box, for one image and over the data set.
import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Rect } from '../model.ts';
import { id, project, request } from './request.ts';

/** One pyramid level over the image; lengths are original pixels. */
export interface GlassLevel {
  /** `P3`, `P4`, ... */
  readonly name: string;
  /** From one cell to the next, in original pixels. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly columns: number;
  readonly rows: number;
  /** The best class score and the quality score of each cell, row after row, 0..1. */
  readonly clsScores: readonly number[];
  readonly iouScores: readonly number[];
  /** What a positive of the level weighs in the loss, 1..2; null where it is not known. */
  readonly clsWeight: number | null;
  readonly regWeight: number | null;
}

/** A place that learns a box: for its class, or for its sides. */
export interface GlassPositive {
  readonly branch: 'cls' | 'reg';
  /** Index of its level. */
  readonly level: number;
  /** In original pixels. */
  readonly x: number;
  readonly y: number;
  readonly boxId: number;
  /** What the branches say there: the score of the box's class, and the predicted quality of the predicted box. */
  readonly clsScore: number;
  readonly iouScore: number;
  /** The true overlap of the predicted box with the labelled one. */
  readonly iou: number;
}

export interface Unlearnt {
  readonly boxId: number;
  readonly branch: 'cls' | 'reg';
  readonly why: 'too small' | 'crowded';
}

export interface GlassImage {
  readonly levels: readonly GlassLevel[];
  readonly positives: readonly GlassPositive[];
  readonly unlearnt: readonly Unlearnt[];
  /** 0: both branches learn by plain ATSS; 1: each by its own cost. */
  readonly costWeight: number;
}

/** A box of the data set that no place learns the class of. */
export interface UnlearntBox extends Rect {
  readonly imageId: number;
  readonly boxId: number;
  readonly classId: number;
  readonly why: Unlearnt['why'];
  /** Its shorter side as the network sees it, in pixels. */
  readonly side: number;
}

export interface GlassSurvey {
  readonly modelName: string;
  /** Those that were looked at, of so many labelled ones. */
  readonly images: number;
  readonly of: number;
  /** Those that could not be read. */
  readonly unreadable: number;
  readonly boxes: number;
  /** Without a place that learns the class, and the sides. */
  readonly unlearntCls: number;
  readonly unlearntReg: number;
  /** Positives of each level over all images. */
  readonly levels: readonly { readonly name: string; readonly cls: number; readonly reg: number }[];
  /** The worst first; at most some thousand. */
  readonly unlearnt: readonly UnlearntBox[];
  /** What follows, in sentences. */
  readonly advice: readonly string[];
}

/** Where a survey stands. */
export interface SurveyProgress {
  readonly done: number;
  readonly of: number;
  /** null before the first images. */
  readonly secondsLeft: number | null;
  readonly state: 'going' | 'done' | 'cancelled' | 'failed';
  readonly cause: string | null;
}

const model = z.string().min(1).max(4096);

export const glassBoxRequests = {
  image: request.input(z.strictObject({ project, model, imageId: id })).output(type<GlassImage>()),
  /** Over labelled images, at most so many (null: all); what was seen can be read once it is over. */
  survey: request
    .input(z.strictObject({ project, model, most: z.number().int().min(1).nullable() }))
    .output(type<void>()),
  surveyed: request.output(
    type<{ readonly progress: SurveyProgress | null; readonly survey: GlassSurvey | null }>(),
  ),
  cancel: request.output(type<void>()),
};
