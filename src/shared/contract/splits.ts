// Dealing images into splits: what a deal would give, dealing, and pictures that stand on two sides.
import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Split } from '../model.ts';
import { id, project, request } from './request.ts';

/** Of the sum of all: percents, counts or whatever is at hand. */
const share = z.number().min(0);

const wish = z.strictObject({
  project,
  ratios: z.strictObject({ train: share, val: share, test: share }),
  seed: z.number().int().min(0).max(0xffff_ffff),
  /** What never parts, besides the groups that images came with and copies of one file. */
  groupBy: z.enum(['nothing', 'folder', 'pattern', 'likeness']),
  /** A regular expression; its first group, or all it matches, names the group. */
  pattern: z.string().max(200),
  /** Give every split its share of each class, as far as groups allow. */
  stratify: z.boolean(),
  /** Deal images too that have a split already. */
  anew: z.boolean(),
});
export type SplitWish = Omit<z.infer<typeof wish>, 'project'>;

export type SplitCounts = Readonly<Record<Split | 'none', number>>;

export interface SplitPlan {
  /** Images of each split after the deal. */
  readonly images: SplitCounts;
  /** Images with a class, in each split after the deal. */
  readonly classes: readonly ({ readonly name: string } & SplitCounts)[];
  /** Images that get another split than they have. */
  readonly changed: number;
  /** Sets of at least two images that stay together. */
  readonly groups: number;
}

export interface LeakedImage {
  readonly id: number;
  readonly path: string;
  readonly split: Split;
}

/** Two images that should be on one side. */
export interface LeakPair {
  readonly reason: 'same-content' | 'same-group' | 'alike';
  readonly images: readonly [LeakedImage, LeakedImage];
}

export interface LeakReport {
  readonly count: number;
  /** The first of them. */
  readonly pairs: readonly LeakPair[];
}

export const splits = {
  plan: request.input(wish).output(type<SplitPlan>()),
  /** Deals in one gesture; gives the plan that came true. */
  deal: request.input(wish).output(type<SplitPlan>()),
  /**
   * Pairs of pictures that stand in two splits, with `ids` those that one of them is in. What was not yet looked at is compared
   * by its look only with `alike`, which takes a while.
   */
  leaks: request
    .input(z.strictObject({ project, alike: z.boolean(), ids: z.array(id).max(1_000_000).optional() }))
    .output(type<LeakReport>()),
};
