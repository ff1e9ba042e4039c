// Writing the labels of the open project as another program's files: what would be written, and writing it.
import { type } from '@orpc/contract';
import { z } from 'zod';
import { type Split, splitNames } from '../model.ts';
import { path, project, request } from './request.ts';

export const labelFormats = ['coco', 'voc', 'yolo', 'cvat', 'createml', 'label-studio', 'labelme'] as const;
export type LabelFormat = (typeof labelFormats)[number];

const wish = z.strictObject({
  project,
  format: z.enum(labelFormats),
  /** Pascal VOC alone; the one the labels came with where left out. */
  convention: z.enum(['voc-0-based', 'voc-1-based']).optional(),
  /** Images of these splits; all where left out. */
  splits: z
    .array(z.enum([...splitNames, 'none']))
    .max(4)
    .optional(),
  /** Only images that are done or done and empty. */
  finishedOnly: z.boolean(),
  copyImages: z.boolean(),
});
export type LabelExportWish = z.infer<typeof wish>;

export interface LabelExportReport {
  readonly images: number;
  readonly boxes: number;
  readonly splits: Readonly<Record<Split | 'none', number>>;
  readonly classes: readonly { readonly name: string; readonly boxes: number }[];
  readonly convention: string | null;
  /** Sentences: what other programs will not find in the files, and what they will take for something else. */
  readonly losses: readonly string[];
  /** A folder that is free. */
  readonly suggestedDir: string;
}

export interface LabelExportResult {
  readonly dir: string;
  readonly images: number;
  readonly boxes: number;
  readonly convention: string;
  readonly notes: readonly string[];
  /** Boxes that only this program finds, since they stand in `place`, and those that are cut everywhere else. */
  readonly apart: { readonly place: string; readonly boxes: number; readonly cut: number } | null;
  /** What came of reading the files back. */
  readonly readBack: {
    /** Boxes that are in the files with their class, and those of them that lie where they did to 0.001 pixel. */
    readonly found: number;
    readonly same: number;
    /** Pixels; 0 where every box is the same number for number. */
    readonly largestShift: number;
    readonly unchecked: number;
  };
}

export const labelExports = {
  report: request.input(wish).output(type<LabelExportReport>()),
  run: request.input(wish.extend({ dir: path })).output(type<LabelExportResult>()),
  /** Shows the folder of this window's latest export in the system's file manager. */
  show: request.output(type<void>()),
};
