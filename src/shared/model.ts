// The nouns of the application, as every process sees them: plain, readonly, serialisable.
// Boxes are `{x, y, width, height}` in upright (EXIF applied) pixels of the original image, floats, never rounded.

/** Anything that survives JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Milliseconds since 1970, UTC. */
export type Timestamp = number;

export interface Project {
  readonly id: string;
  readonly name: string;
  /** Absolute folder that holds project.db and checkpoints.db. */
  readonly dir: string;
  /** Absolute folder that relative image paths start from. */
  readonly imageRoot: string;
  readonly createdAt: Timestamp;
}

export const imageStates = ['unlabelled', 'in-progress', 'done', 'empty'] as const;
/** `empty` is finished without boxes: a negative example. */
export type ImageState = (typeof imageStates)[number];

/** True for an image that somebody called done, with boxes or without. */
export function isFinished({ state }: { readonly state: ImageState }): boolean {
  return state === 'done' || state === 'empty';
}

export const splitNames = ['train', 'val', 'test'] as const;
export type Split = (typeof splitNames)[number];

export interface ImageRecord {
  readonly id: number;
  /** With `/`, relative to the project's image root where it lies under it, absolute otherwise. */
  readonly path: string;
  /** Upright size in pixels. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation of the file, 1..8. */
  readonly orientation: number;
  readonly state: ImageState;
  readonly split: Split | null;
  /** sha256 of the file's bytes, hex. */
  readonly contentHash: string | null;
  /** Images of one group never part across splits. */
  readonly group: string | null;
  /** Grows with every change of the image's labels; a gesture names the revision it was drawn on. */
  readonly revision: number;
  /** Unknown keys of the source file, written back on export. */
  readonly extra: JsonObject | null;
}

/** A rectangle in upright image pixels, origin at the top-left corner of the top-left pixel. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const boxOrigins = ['drawn', 'imported', 'predicted', 'copied'] as const;
export type BoxOrigin = (typeof boxOrigins)[number];

export interface Box extends Rect {
  readonly id: number;
  readonly imageId: number;
  readonly classId: number;
  /** Ignored in loss and AP: neither object nor background. */
  readonly ignore: boolean;
  readonly ignoreReason: string | null;
  readonly difficult: boolean;
  readonly truncated: boolean;
  readonly occluded: boolean;
  /** Confidence 0..1 of a predicted box. */
  readonly score: number | null;
  readonly trackId: string | null;
  readonly origin: BoxOrigin;
  /** Boxes of a higher number lie over those of a lower one. */
  readonly z: number;
  readonly extra: JsonObject | null;
}

/** A box as a gesture states it: without `id` it is new; what is left out keeps its default. */
export type BoxInput = Rect & { readonly classId: number } & Partial<
    Omit<Box, 'imageId' | 'classId' | keyof Rect>
  >;

export interface LabelClass {
  readonly id: number;
  readonly name: string;
  /** `#rrggbb` */
  readonly colour: string;
  readonly position: number;
  readonly hotkey: string | null;
  readonly deleted: boolean;
  /** The class that took over this one's boxes. */
  readonly mergedInto: number | null;
  /** The id this class had in the file it came from. */
  readonly sourceId: string | null;
}

export const runStatuses = ['queued', 'running', 'paused', 'done', 'failed', 'stopped'] as const;
export type RunStatus = (typeof runStatuses)[number];

export interface Run {
  /** `r1`, `r2`, ...: never reused. */
  readonly id: string;
  readonly name: string;
  readonly status: RunStatus;
  /** Why it failed or stopped, for the user. */
  readonly cause: string | null;
  /** The resolved recipe. */
  readonly recipe: JsonObject;
  readonly snapshotHash: string | null;
  readonly splitHash: string | null;
  readonly device: string | null;
  readonly codeVersion: string | null;
  readonly seed: number;
  readonly notes: string;
  readonly tags: readonly string[];
  readonly starred: boolean;
  /** The run whose weights this one began with. */
  readonly parent: { readonly runId: string; readonly checkpointId: number } | null;
  /** Place in the queue, smallest first; null where it does not wait. */
  readonly queuePlace: number | null;
  readonly createdAt: Timestamp;
  readonly startedAt: Timestamp | null;
  readonly endedAt: Timestamp | null;
  /** Milliseconds that it was really trained, without pauses and the stretch under way. */
  readonly trainedMs: number;
}

export interface MetricPoint {
  readonly runId: string;
  /** Born in the detector, never renamed: `loss_cls`, `lr`, `AP50`. */
  readonly name: string;
  readonly step: number;
  /** NaN is kept: a loss may be. */
  readonly value: number;
  readonly epoch: number;
}

export const checkpointKinds = ['best', 'last', 'every', 'pause'] as const;
export type CheckpointKind = (typeof checkpointKinds)[number];

export interface Checkpoint {
  readonly id: number;
  readonly runId: string;
  readonly step: number;
  readonly epoch: number;
  readonly kind: CheckpointKind;
  readonly metrics: JsonObject;
  /** Of its tensors, those shared with other checkpoints counted too. */
  readonly bytes: number;
  readonly createdAt: Timestamp;
}

export interface Evaluation {
  readonly id: number;
  readonly runId: string;
  readonly checkpointId: number;
  readonly split: Split;
  /** `coco`, `voc`, `wider`, `crowdhuman` */
  readonly protocol: string;
  /** AP, AP50, ... */
  readonly metrics: JsonObject;
  readonly createdAt: Timestamp;
}

/** The labels as they stood when a run began; the hash says whether two runs saw the same. */
export interface Snapshot {
  readonly hash: string;
  readonly splitHash: string;
  readonly images: number;
  readonly boxes: number;
  readonly classes: readonly LabelClass[];
  readonly createdAt: Timestamp;
}
