// Runs, as the window asks for them: the training under way, its queue, and what runs left.
import { type } from '@orpc/contract';
import { z } from 'zod';
import type { CheckpointKind, Json, JsonObject, Run, Timestamp } from '../model.ts';
import { epochs, type SeenBox, wishes } from './recipes.ts';
import { label, request, runId } from './request.ts';

const maxPoints = z.number().int().min(10).max(5000).default(600);
const step = z.number().int().min(0);
/** Steps, ends included; all where left out. */
const stretch = { from: step.optional(), to: step.optional(), maxPoints };
const oneRun = z.strictObject({ id: runId });

const start = wishes.extend({
  name: label.optional(),
  notes: z.string().max(20_000).optional(),
  seed: z.number().int().min(0).optional(),
  /** Keep a checkpoint of every so many epochs, besides the best and the last. */
  keepEvery: epochs.optional(),
});
export type TrainingStartInput = z.infer<typeof start>;

const change = z.strictObject({
  id: runId,
  name: label.optional(),
  notes: z.string().max(20_000).optional(),
  tags: z.array(z.string().trim().min(1).max(40)).max(20).optional(),
  starred: z.boolean().optional(),
});

export interface RunSummary extends Run {
  readonly best: { readonly AP: number; readonly AP50: number } | null;
  /** Paused, stopped, failed or interrupted: `runs.resume` goes on with it. */
  readonly canResume: boolean;
  /** It failed because its loss became no number: `runs.startSlower` begins it anew with half the learning rate. */
  readonly diverged: boolean;
  /** Finished epochs; null before the first checkpoint. */
  readonly epochsDone: number | null;
  /** Steps that its latest checkpoint has behind it: what `runs.resume` does not do again. */
  readonly stepsKept: number;
  /** Bytes of its checkpoints, those shared with other runs counted too. */
  readonly bytes: number;
}

export interface CurveData {
  readonly name: string;
  readonly steps: readonly number[];
  /** null where the value was not a number. Of a long stretch neighbours are one: their mean, at the last one's step. */
  readonly values: readonly (number | null)[];
  /** How far neighbours reach that are one; absent where each value stands for itself. */
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
}

/** One metric of one run, for laying runs over each other: the columns of `CurveData` in base64, quick to send by the hundred. */
export interface OverlayCurve {
  readonly runId: string;
  readonly name: string;
  /** uint32 */
  readonly steps: string;
  /** float32, NaN for null; as are the others */
  readonly values: string;
  readonly low?: string;
  readonly high?: string;
}

export interface LogLine {
  /** `info`, `warning` or `error` */
  readonly level: string;
  readonly line: string;
  readonly at: Timestamp;
}

/** Where the training under way stands. */
export interface LiveRun {
  readonly runId: string;
  /** `stopping`: it ends after this epoch. */
  readonly phase: 'starting' | 'probing' | 'training' | 'evaluating' | 'pausing' | 'stopping';
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly epochs: number;
  /** Median of the last steps; null before there are some. */
  readonly secondsPerStep: number | null;
  readonly imagesPerSecond: number | null;
  /** Until the end, evaluations included as far as one was timed; null before the first steps. */
  readonly secondsLeft: number | null;
  readonly evaluated: { readonly done: number; readonly of: number } | null;
  /** Images a step, and the parts each step is computed in since memory ran out (1: whole). */
  readonly batch: number;
  readonly parts: number;
  /** Memory of the training process, the most it ever had, and what the machine gives to programs. */
  readonly memoryMB: number | null;
  readonly memoryPeakMB: number | null;
  readonly memoryTotalMB: number;
  /** The newest AP on the validation images. */
  readonly AP: number | null;
  readonly AP50: number | null;
  /** The newest thing worth telling, as "Memory ran out; ...". */
  readonly told: { readonly level: string; readonly line: string; readonly at: Timestamp } | null;
}

export interface CheckpointInfo {
  readonly id: number;
  readonly kind: CheckpointKind;
  readonly step: number;
  readonly epoch: number;
  readonly metrics: JsonObject;
  readonly createdAt: Timestamp;
  /** Bytes of its tensors, and of those that no other checkpoint has: what deleting it frees. */
  readonly bytes: number;
  readonly ownBytes: number;
}

export interface RunExport {
  readonly checkpointId: number;
  readonly format: string;
  readonly dir: string;
  readonly at: Timestamp;
}

/** From the labels to what others use: snapshot -> run -> checkpoints -> exports. */
export interface Lineage {
  readonly snapshot: {
    readonly hash: string;
    readonly images: number;
    readonly boxes: number;
    readonly createdAt: Timestamp;
  } | null;
  /** The weights before the first step: of a run, of one that is deleted since, of a backbone, of a file, or none. */
  readonly beganWith: 'run' | 'deleted run' | 'backbone' | 'nothing' | { readonly file: string };
  /** The run whose weights this one began with. */
  readonly parent: { readonly runId: string; readonly name: string; readonly checkpointId: number } | null;
  readonly children: readonly { readonly runId: string; readonly name: string }[];
  readonly checkpoints: readonly CheckpointInfo[];
  readonly exports: readonly RunExport[];
}

export interface RunComparison {
  readonly runs: readonly RunSummary[];
  /** Why their numbers may not be compared: other validation images or labels; null where they may. */
  readonly banner: string | null;
  /** Values of the recipes that are not alike, by path; in the order of `runs`, null where a recipe lacks it. */
  readonly differences: readonly { readonly path: string; readonly values: readonly Json[] }[];
  /** In the order of `runs`; null where a run was not evaluated on a class. */
  readonly perClass: readonly {
    readonly name: string;
    readonly AP: readonly (number | null)[];
    readonly AP50: readonly (number | null)[];
  }[];
}

/** What a run saw on the same few validation images after one evaluation. */
export interface RunPredictions {
  /** Every evaluation there is, oldest first. */
  readonly evaluations: readonly { readonly step: number; readonly epoch: number }[];
  /** The one that is shown; null where there is none. */
  readonly step: number | null;
  readonly images: readonly {
    readonly imageId: number;
    readonly width: number;
    readonly height: number;
    /** As they were when the run began. */
    readonly labels: readonly SeenBox[];
    readonly found: readonly SeenBox[];
  }[];
}

export interface Removal {
  readonly checkpoints: number;
  /** Bytes of their tensors that no other run has. */
  readonly own: number;
}

/** What became of the disk: besides `own`, what lay empty in the files. */
export interface Freed {
  readonly checkpoints: number;
  readonly bytes: number;
}

/** Pushed to every window, besides what contract.ts lists. */
export type TrainingNotice =
  | { readonly type: 'run'; readonly live: LiveRun | null; readonly runId: string }
  /** The list of runs or the queue changed. */
  | { readonly type: 'runs' }
  /** A line of a run's log that a person should see now. */
  | { readonly type: 'run-told'; readonly runId: string; readonly level: string; readonly line: string }
  /** A run is over: for a notification. */
  | { readonly type: 'run-ended'; readonly run: RunSummary };

export const runContract = {
  /** Newest first. */
  list: request.output(type<readonly RunSummary[]>()),
  live: request.output(type<LiveRun | null>()),
  curves: request.input(z.strictObject({ id: runId, ...stretch })).output(type<readonly CurveData[]>()),
  /** One metric of many runs; with `extremes` how far neighbours reach. */
  overlay: request
    .input(
      z.strictObject({
        ids: z.array(runId).max(200),
        name: z.string().max(100),
        extremes: z.boolean().default(false),
        ...stretch,
      }),
    )
    .output(type<readonly OverlayCurve[]>()),
  log: request.input(oneRun).output(type<readonly LogLine[]>()),
  /** Starts a run, or queues it while another one trains. */
  start: request.input(start).output(type<Run>()),
  /** As `start`: what a run that diverged was to be, on the labels of now, with half its learning rate. */
  startSlower: request.input(oneRun).output(type<Run>()),
  /** A checkpoint and an end after the step under way; the queue is held. */
  pause: request.input(oneRun).output(type<void>()),
  /** An end after this epoch, evaluated. */
  stop: request.input(oneRun).output(type<void>()),
  /** Takes back an end that was asked for. */
  unstop: request.input(oneRun).output(type<void>()),
  /** An end at once; what came after the last checkpoint is lost. */
  kill: request.input(oneRun).output(type<void>()),
  /** True where queued runs wait for `release`: after a pause, a failure that would repeat itself, a start of the program. */
  isHeld: request.output(type<boolean>()),
  /** Lets the queue go on. */
  release: request.output(type<void>()),
  /** Goes on from the last checkpoint, or from the start where there is none; queued while another one trains. */
  resume: request.input(oneRun).output(type<Run>()),
  /** Goes on with a finished or interrupted run for `epochs` more than it was made for. */
  extend: request.input(z.strictObject({ id: runId, epochs })).output(type<Run>()),
  /** The queued runs in the order they are to start. */
  order: request.input(z.strictObject({ ids: z.array(runId).max(1000) })).output(type<void>()),
  /** Takes a run out of the queue; one that never started is deleted. */
  unqueue: request.input(oneRun).output(type<void>()),
  change: request.input(change).output(type<Run>()),
  /** Deletes a run with all it left, and gives its space back. */
  remove: request.input(oneRun).output(type<Freed & Removal>()),
  /** What `remove` would take away. */
  removal: request.input(oneRun).output(type<Removal>()),
  checkpoints: request.input(oneRun).output(type<readonly CheckpointInfo[]>()),
  /** Keeps the best, the last and those of every so many epochs (null: of none), and deletes the rest. */
  thin: request.input(z.strictObject({ id: runId, every: epochs.nullable() })).output(type<Freed>()),
  lineage: request.input(oneRun).output(type<Lineage>()),
  /** The labels have not changed since the run began; takes a moment where there are many. */
  hasCurrentLabels: request.input(oneRun).output(type<boolean>()),
  compare: request
    .input(z.strictObject({ ids: z.array(runId).min(1).max(20) }))
    .output(type<RunComparison>()),
  /** Of the newest evaluation, or of the one at `step`. */
  predictions: request
    .input(z.strictObject({ id: runId, step: z.number().int().min(0).optional() }))
    .output(type<RunPredictions>()),
};
