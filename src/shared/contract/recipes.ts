// Recipes, as the window asks for them: what fits the data and the computer, each value with its reason.
import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Json, Rect } from '../model.ts';
import type { Recipe } from '../recipe.ts';
import { request, runId } from './request.ts';

export const epochs = z.number().int().min(1).max(10_000);

export const wishes = z.strictObject({
  /** Left out with `from`: the recipe of that run. */
  preset: z.string().max(60).optional(),
  epochs: epochs.optional(),
  size: z
    .string()
    .regex(/^\d{2,4}(x\d{2,4})?$/)
    .optional(),
  /** `auto`: the largest that a probe of the worst case allows. */
  batch: z.union([z.number().int().min(1).max(1024), z.literal('auto')]).optional(),
  /** Any value of the recipe by its path, as JSON: `train.ema=0.99`, `augment.crop=true`. */
  set: z.array(z.string().max(400)).max(100).optional(),
  /** `none`: weights drawn anew in place of the backbone's ImageNet weights. */
  init: z.enum(['auto', 'none']).optional(),
  /** Begin with the best weights of this run: its network is kept. */
  from: runId.optional(),
});
export type TrainingWishes = z.infer<typeof wishes>;

export interface SeenBox extends Rect {
  readonly className: string;
  /** null for a label. */
  readonly score: number | null;
}

/** One value that can be changed before a training, for the advanced panel. */
export interface RecipeField {
  /** Where it lies in the recipe: `train.lr`. Sent back in `set` as `train.lr=0.02`. */
  readonly path: string;
  /** `Network`, `Images`, `Augmentation`, `Training`, `Label assignment`, `Testing` */
  readonly group: string;
  /** For the eye: `Learning rate`. */
  readonly name: string;
  readonly kind: 'integer' | 'number' | 'flag' | 'choice' | 'list';
  readonly min: number | null;
  readonly max: number | null;
  readonly step: number | null;
  readonly choices: readonly string[];
  readonly unit: string | null;
  /** null: this may be left empty, which turns it off. */
  readonly optional: boolean;
  /** `auto` may stand for a number, which is then found before the first step. */
  readonly auto: boolean;
  /** Paths of values that this one moves with, unless it is set itself. */
  readonly follows: readonly string[];
  readonly value: Json;
  /** What it does, and why it has this value. */
  readonly reason: string;
}

export interface TimeEstimate {
  readonly seconds: number;
  readonly secondsPerStep: number;
  readonly steps: number;
  /** `measured`: from earlier runs on this computer; `scale`: from a known speed. */
  readonly from: 'measured' | 'scale';
}

/** Weights that a training is to begin with and that are not here. */
export interface MissingWeights {
  readonly name: string;
  readonly title: string;
  /** null where unknown. */
  readonly bytes: number | null;
  readonly licence: string;
  /** False where they can only be taken from a file. */
  readonly mayFetch: boolean;
}

/** What to train on these labels with this computer. */
export interface RecipeAdvice {
  /** Why there is nothing to learn from yet, and what to do; null where training can start. */
  readonly refusal: {
    readonly sentence: string;
    readonly remedy: string | null;
    /** What is missing on the computer, not in the labels. */
    readonly weights: MissingWeights | null;
  } | null;
  /** "EfficientNet-Lite0, 320 px, 40 epochs, about 6 minutes on this CPU" */
  readonly headline: string;
  /** One sentence a choice: what, and why it follows from the data or the hardware. */
  readonly reasons: readonly { readonly what: string; readonly words: string }[];
  /** Doubts that do not keep from training: few images, a class with three boxes, no validation images. */
  readonly warnings: readonly string[];
  /** To be sent to `runs.start` as it is, with the changes of the advanced panel added to `set`. */
  readonly wishes: TrainingWishes;
  readonly recipe: Recipe;
  readonly fields: readonly RecipeField[];
  /** null where nothing is known of this computer yet. */
  readonly estimate: TimeEstimate | null;
  readonly device: string;
  readonly data: {
    readonly train: number;
    readonly val: number;
    readonly boxes: number;
    readonly classes: readonly { readonly name: string; readonly boxes: number }[];
  };
}

/** A training image as the network will see it. Its picture is read from /augmented/KEY (see client.ts). */
export interface AugmentedImage {
  readonly key: string;
  readonly imageId: number;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly SeenBox[];
}

export const recipeContract = {
  names: request.output(type<readonly string[]>()),
  /** Without wishes: what fits the data and the hardware. With them: the same for what is wished. */
  advise: request.input(wishes.optional()).output(type<RecipeAdvice>()),
  /** The same `seed` and wishes give the same pictures. */
  augmented: request
    .input(
      z.strictObject({
        wishes,
        count: z.number().int().min(1).max(24).default(6),
        seed: z.number().int().min(0).default(0),
      }),
    )
    .output(type<readonly AugmentedImage[]>()),
};
