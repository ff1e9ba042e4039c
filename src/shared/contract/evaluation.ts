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

const cellSide = id.nullable();
const selector = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('errors'), error: z.enum(errorKinds).optional(), classId: id.optional() }),
  z.strictObject({ kind: z.literal('point'), classId: id, score }),
  z.strictObject({ kind: z.literal('cell'), labelled: cellSide, detected: cellSide, score }),
  z.strictObject({ kind: z.literal('bin'), from: z.number(), to: z.number(), right: z.boolean() }),
  z.strictObject({ kind: z.literal('size'), size: z.enum(['small', 'medium', 'large']) }),
  z.strictObject({
    kind: z.literal('threshold'),
    of: z.enum(['precision', 'recall']),
    score,
    classId: id.optional(),
  }),
]);

export const evaluationContract = {
  list: request.output(type<readonly KeptEvaluation[]>()),
  start: request.input(z.strictObject({ project, runId, split })).output(type<void>()),
  cancel: request.output(type<void>()),
  progress: request.output(type<EvaluatingProgress | null>()),
  open: request.input(z.strictObject({ id, labels })).output(type<OpenedEvaluation>()),
  intervals: request.input(z.strictObject({ token })).output(type<Intervals>()),
  confusion: request.input(z.strictObject({ token, score })).output(type<ConfusionCounts>()),
  examples: request.input(z.strictObject({ token, selector })).output(type<Examples>()),
  compare: request.input(z.strictObject({ first: id, second: id })).output(type<Comparison>()),
  setThreshold: request
    .input(z.strictObject({ project, runId, threshold: score.nullable() }))
    .output(type<void>()),
};
