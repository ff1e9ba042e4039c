// What an import of a staged dataset is asked, and what it tells.
import type { GroupRule, Ratios } from './split-assignment.ts';
import type { SplitCounts } from './splits.ts';

export interface ImportOptions {
  /**
   * `file` takes a source that names splits at its word and deals others by ratio; `rest` deals also what such a source leaves
   * out; `ratio` always deals.
   */
  readonly splitBy?: 'file' | 'rest' | 'ratio' | 'none';
  readonly ratios?: Ratios;
  readonly seed?: number;
  readonly groupBy?: GroupRule;
  /** What labels do to an image that is there already: add those it lacks, take their place, or nothing. */
  readonly existing?: 'merge' | 'replace' | 'keep';
  readonly session?: string;
  /** What was imported, to be named when that is taken back. */
  readonly source?: string;
  /** Work everything out, report it, change nothing. */
  readonly dryRun?: boolean;
}

export interface ImportReport {
  readonly images: number;
  readonly imagesAdded: number;
  readonly imagesMerged: number;
  readonly boxes: number;
  readonly boxesAdded: number;
  /** Something came in or changed: there is a gesture to take back. */
  readonly isNews: boolean;
  readonly classes: readonly string[];
  readonly classesAdded: readonly string[];
  readonly splits: SplitCounts;
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  readonly warnings: readonly string[];
  readonly source?: string;
}

export const defaultRatios: Ratios = { train: 0.8, val: 0.1, test: 0.1 };
