// Taking a dataset in: looking at it first, then deciding what becomes of its classes, splits and boxes.
import { type } from '@orpc/contract';
import { z } from 'zod';
import { type Rect, type Split, splitNames } from '../model.ts';
import { path, project, request } from './request.ts';

export const importFormats = [
  'auto',
  'coco',
  'voc',
  'yolo',
  'cvat',
  'label-studio',
  'labelme',
  'createml',
  'wider',
  'crowdhuman',
  'images',
] as const;
export type ImportFormat = (typeof importFormats)[number];

export const conventions = ['voc-0-based', 'voc-1-based', 'createml-pixels', 'createml-normalised'] as const;
export type Convention = (typeof conventions)[number];

/** Which of several kinds of labels of a source: annotations of a task, boxes of a person. */
export const variants = ['latest', 'first', 'predictions', 'full', 'visible', 'head'] as const;
export type Variant = (typeof variants)[number];

const source = z.strictObject({
  project,
  source: path,
  format: z.enum(importFormats),
  convention: z.enum(conventions).optional(),
  variant: z.enum(variants).optional(),
  /** Where the images are, if not with the labels. */
  images: path.optional(),
  /** Boxes marked difficult come in as ignored regions. */
  ignoreDifficult: z.boolean().optional(),
});
export type ImportSource = z.infer<typeof source>;

const side = z.enum([...splitNames, 'none']);

const choices = z.strictObject({
  project,
  /** What was looked at. */
  token: z.uuid(),
  /** New names of classes by their index; null leaves a class and its boxes out, an equal name merges. */
  classes: z.record(z.string().regex(/^\d{1,6}$/), z.string().max(200).nullable()),
  /** Where each split of the source goes. */
  splits: z.strictObject({ train: side, val: side, test: side, none: side }),
  /** Deal images that end up without a split, by ratio. */
  deal: z.boolean(),
  /** What labels do to images that are in the project already. */
  existing: z.enum(['merge', 'replace', 'keep']),
});
export type ImportChoices = z.infer<typeof choices>;

export interface SuspiciousBox {
  /** Of its image, for its picture; null where the box cannot be shown. */
  readonly image: number | null;
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly kind: string;
  readonly className: string;
  /** null where a coordinate is no number. */
  readonly rect: Rect | null;
  readonly kept: boolean;
}

const reading = z.strictObject({ project, token: z.uuid(), convention: z.enum(conventions) });
export type ImportReading = z.infer<typeof reading>;

export interface FoundClass {
  readonly name: string;
  readonly boxes: number;
  readonly isKnown: boolean;
  /** Of a class that the source has no name for: one of its boxes, to name it by. */
  readonly example: {
    readonly image: number;
    readonly width: number;
    readonly height: number;
    readonly rect: Rect;
  } | null;
}

/** A box to judge a convention by. */
export interface ExampleBox {
  readonly image: number;
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly className: string;
  /** What is to be seen of the image. */
  readonly around: Rect;
  /** Where the box is in each of the conventions to choose from. */
  readonly rects: readonly Rect[];
}

export interface ImportSummary {
  /** Names what was read, for `run` and for its pictures; it is kept until another source is looked at. */
  readonly token: string;
  readonly format: string;
  readonly images: number;
  readonly boxes: number;
  readonly ignored: number;
  /** Images that are in the project already. */
  readonly known: number;
  readonly classes: readonly FoundClass[];
  readonly splits: Readonly<Record<Split | 'none', number>>;
  readonly suspiciousCount: number;
  /** The first of them. */
  readonly suspicious: readonly SuspiciousBox[];
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  readonly skippedCount: number;
  readonly warnings: readonly string[];
  /** How pixels were counted, where a format leaves it open. */
  readonly convention: Convention | null;
  /** The ways to choose from; empty where there is nothing to ask. */
  readonly conventions: readonly Convention[];
  /** Neither the files nor the user say which it is: the likelier one was taken. */
  readonly isConventionOpen: boolean;
  readonly examples: readonly ExampleBox[];
  /** The kinds of labels there are besides the one that was taken; null where there is no choice. */
  readonly variant: { readonly chosen: Variant; readonly choices: readonly Variant[] } | null;
}

export interface ImportDone {
  readonly images: number;
  readonly added: number;
  readonly boxes: number;
  /** False where all of it was there already: nothing changed, and there is nothing to take back. */
  readonly isNews: boolean;
  readonly splits: Readonly<Record<Split | 'none', number>>;
}

export const imports = {
  preview: request.input(source).output(type<ImportSummary>()),
  /** Counts the pixels of what was looked at in another way. */
  convert: request.input(reading).output(type<ImportSummary>()),
  run: request.input(choices).output(type<ImportDone>()),
};
