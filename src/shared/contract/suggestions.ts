// Requests about suggestions: which models there are, what they suggest, accepting and rejecting, jobs, queues.
import { type } from '@orpc/contract';
import { z } from 'zod';
import type { BoxOrigin, Timestamp } from '../model.ts';
import type { ModelClass, Suggestion } from '../suggestion.ts';
import { id, project, request } from './request.ts';

/** `r3/best`, `r3/last`, or the path of a file. */
const model = z.string().min(1).max(4096);
const score = z.number().min(0).max(1);
const imageId = id;

export interface ModelChoice {
  readonly key: string;
  readonly name: string;
  readonly runId: string | null;
  /** Which weights it would look with now; null for a file. */
  readonly checkpointId: number | null;
  /** From where on its finds are worth a look, by its evaluation; null: not known. */
  readonly score: number | null;
  /** Images that it has looked at. */
  readonly images: number;
  /** Empty until it has looked at one. */
  readonly classes: readonly ModelClass[];
}

export interface ImageSuggestions {
  /** When the model looked at the image; null: it has not. */
  readonly lookedAt: Timestamp | null;
  /** Of which checkpoint; null for a file. */
  readonly checkpointId: number | null;
  /** Best first; without rejected ones and without those of classes that stand for none of the project's. */
  readonly suggestions: readonly Suggestion[];
  /** Finds of classes that stand for none of the project's. */
  readonly unmapped: number;
}

/** Where a box comes from. */
export interface BoxSource {
  readonly origin: BoxOrigin;
  /** The model's, where one suggested it. */
  readonly score: number | null;
  /** The model that suggested it; null where none did, or where that was not noted. */
  readonly model: {
    readonly name: string;
    readonly run: string | null;
    readonly checkpoint: number | null;
  } | null;
}

/** Where a job that looks at many images stands. */
export interface SuggestingProgress {
  readonly model: string;
  readonly modelName: string;
  readonly done: number;
  readonly of: number;
  readonly found: number;
  /** Images that could not be read. */
  readonly unreadable: number;
  /** Why it takes longer than it could, in a sentence; null where all is well. */
  readonly hindrance: string | null;
  readonly state: 'going' | 'done' | 'cancelled' | 'failed';
  /** Why it failed, in a sentence. */
  readonly cause: string | null;
}

const queue = z.strictObject({ model, kind: z.enum(['uncertain', 'disagreement']), score });

const which = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['all', 'unlabelled']) }),
  z.strictObject({ kind: z.literal('selection'), ids: z.array(id).min(1).max(100_000) }),
]);

export const suggestionRequests = {
  models: request.output(type<readonly ModelChoice[]>()),
  ofImage: request.input(z.strictObject({ model, imageId })).output(type<ImageSuggestions>()),
  now: request.input(z.strictObject({ project, model, imageId })).output(type<ImageSuggestions>()),
  accept: request
    .input(
      z.strictObject({ project, model, imageId, revision: z.number().int().min(0), ids: z.array(id).min(1) }),
    )
    .output(type<{ readonly accepted: number }>()),
  /** Where a box comes from; null where it is gone. */
  origin: request.input(z.strictObject({ boxId: id })).output(type<BoxSource | null>()),
  reject: request.input(z.strictObject({ project, imageId, ids: z.array(id).min(1) })).output(type<void>()),
  map: request
    .input(z.strictObject({ project, model, classIndex: z.number().int().min(0), classId: id.nullable() }))
    .output(type<void>()),
  start: request.input(z.strictObject({ project, model, which })).output(type<void>()),
  cancel: request.output(type<void>()),
  progress: request.output(type<SuggestingProgress | null>()),
  /** Ids of the images most worth a look, those first; none that is not worth one. */
  queue: request.input(queue).output(type<readonly number[]>()),
  /** Why an image stands in a queue, in words; empty where it stands in none. */
  queued: request.input(queue.extend({ imageId })).output(type<string>()),
};
