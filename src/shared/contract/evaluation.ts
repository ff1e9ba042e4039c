// Requests about evaluations: which there are, making one, its figures, the boxes behind them, two side by side.
import { type } from '@orpc/contract';
import { z } from 'zod';
import {
  type Comparison,
  type ConfusionCounts,
  type Examples,
  errorKinds,
  type Figures,
  type Intervals,
  type UnreadableImage,
} from '../evaluation.ts';
import { type Evaluation, splitNames } from '../model.ts';
import { id, project, request, runId } from './request.ts';

const score = z.number().min(0).max(1);
const token = z.string().min(1).max(100);
const split = z.enum(splitNames);
/** By the labels that the run learned from and was measured by, or by those of now. */
const labels = z.enum(['run', 'now']);
export type LabelsChoice = z.infer<typeof labels>;

/** An evaluation whose detections are kept. */
export interface KeptEvaluation extends Evaluation {
  readonly runName: string;
  readonly splitHash: string | null;
  /** False where the run has a better checkpoint by now. */
  readonly isCurrent: boolean;
}

/** Where the making of an evaluation stands. */
export interface EvaluatingProgress {
  readonly runId: string;
  readonly split: z.infer<typeof split>;
  readonly done: number;
  readonly of: number;
  readonly state: 'going' | 'done' | 'cancelled' | 'failed';
  /** Why it failed, in a sentence. */
  readonly cause: string | null;
}

export interface OpenedEvaluation extends Figures {
  /** Names these figures in what is asked about them. */
  readonly token: string;
  /** The score threshold chosen for the run; null: none yet. */
  readonly threshold: number | null;
  /** Images of the split that could not be read, which no figure counts. */
  readonly unreadable: readonly UnreadableImage[];
}

export interface ComparedEvaluations extends Comparison {
  /** Names this comparison in what is asked about it. */
  readonly token: string;
}

const cellSide = id.nullable();
const classId = id.optional();
const size = z.enum(['small', 'medium', 'large']);
const selector = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('errors'),
    error: z.enum(errorKinds).optional(),
    classId,
    by: z.enum(['AP', 'AP50', 'AP75']).optional(),
  }),
  z.strictObject({ kind: z.literal('point'), classId: id, score }),
  z.strictObject({ kind: z.literal('cell'), labelled: cellSide, detected: cellSide, score }),
  z.strictObject({ kind: z.literal('bin'), from: z.number(), to: z.number(), right: z.boolean() }),
  z.strictObject({ kind: z.literal('size'), size }),
  z.strictObject({ kind: z.literal('labels'), classId }),
  z.strictObject({ kind: z.literal('images') }),
  z.strictObject({
    kind: z.literal('recall'),
    most: z.literal([1, 10, 100]),
    size: size.optional(),
  }),
  z.strictObject({
    kind: z.literal('threshold'),
    of: z.enum(['precision', 'recall', 'f1']),
    score,
    classId,
  }),
]);
const comparedSelector = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['gained', 'lost', 'images']) }),
  z.strictObject({ kind: z.literal('differences'), by: z.enum(['AP', 'AP50']), classId }),
]);
/** The place of the first example that is wanted. */
const from = z.number().int().min(0).default(0);

export const evaluationContract = {
  list: request.output(type<readonly KeptEvaluation[]>()),
  start: request.input(z.strictObject({ project, runId, split })).output(type<void>()),
  cancel: request.output(type<void>()),
  progress: request.output(type<EvaluatingProgress | null>()),
  open: request.input(z.strictObject({ id, labels })).output(type<OpenedEvaluation>()),
  intervals: request.input(z.strictObject({ token })).output(type<Intervals>()),
  confusion: request.input(z.strictObject({ token, score })).output(type<ConfusionCounts>()),
  examples: request.input(z.strictObject({ token, selector, from })).output(type<Examples>()),
  compare: request.input(z.strictObject({ first: id, second: id })).output(type<ComparedEvaluations>()),
  /** The boxes behind a figure of a comparison. */
  compared: request
    .input(z.strictObject({ token, selector: comparedSelector, from }))
    .output(type<Examples>()),
  setThreshold: request
    .input(z.strictObject({ project, runId, threshold: score.nullable() }))
    .output(type<void>()),
};
