// Writing a run's model for other programs, with its proof; and the exports that lie in the project.
import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Timestamp } from '../model.ts';
import { project, request, runId } from './request.ts';

export const modelFormats = ['onnx', 'tfjs', 'savedmodel', 'pth', 'safetensors'] as const;
export type ModelFormat = (typeof modelFormats)[number];

const wish = z.strictObject({
  project,
  runId,
  format: z.enum(modelFormats),
  /** Not for pth and safetensors, which hold what was trained; uint8 for tfjs alone. */
  weights: z.enum(['float32', 'float16', 'uint8']),
  /** The network's own outputs as a second model, for runtimes without NMS. */
  heads: z.boolean(),
});
export type ModelExportWish = z.infer<typeof wish>;

/** The name of an export's folder in the project, which people may have renamed. */
export const exportName = z
  .string()
  .max(200)
  .regex(/^[^./\\\0][^/\\\0]*$/);

/** The exported model in its runtime against the trained network, on the same pixels of labelled images. */
export interface ExportProof {
  readonly runtime: string;
  readonly images: number;
  /** Found by the trained network. */
  readonly detections: number;
  /** Largest differences: pixels of the network's input, and scores 0 to 1. */
  readonly boxDifference: number;
  readonly scoreDifference: number;
  /** Found by one of the two alone. */
  readonly unmatched: number;
  readonly AP: {
    readonly engine: number;
    readonly exported: number;
    /** Of the exported model's: where it would lie, 19 times of 20, on other such images. Null where they are too few. */
    readonly interval: { readonly low: number; readonly high: number } | null;
  };
  /** Medians on the machine of the export, per image, without decoding and resizing. */
  readonly milliseconds: { readonly engine: number; readonly exported: number };
}

export interface KeptExport {
  readonly name: string;
  readonly dir: string;
  readonly format: ModelFormat;
  readonly runId: string | null;
  readonly AP: number | null;
  /** Of all its files. */
  readonly bytes: number;
  readonly madeAt: Timestamp;
  /** None for weights alone, which no other program runs as they are. */
  readonly proof: ExportProof | null;
}

export interface ExportSnippet {
  readonly file: string;
  readonly text: string;
}

export const modelExports = {
  list: request.output(type<readonly KeptExport[]>()),
  run: request.input(wish).output(type<KeptExport>()),
  snippets: request.input(z.strictObject({ name: exportName })).output(type<readonly ExportSnippet[]>()),
  /** Deletes an export with all its files. */
  remove: request.input(z.strictObject({ project, name: exportName })).output(type<void>()),
  /** Shows an export in the system's file manager. */
  show: request.input(z.strictObject({ name: exportName })).output(type<void>()),
};
