/** The kinds of exported models, by the names that people give them. */
import type { ExportFormat } from './export-format.ts';
import { onnxFormat } from './onnx/onnx-format.ts';
import { savedModelFormat } from './tensorflow/saved-model-format.ts';
import { tfjsFormat } from './tensorflow/tfjs-format.ts';

export const exportFormats = {
  onnx: onnxFormat,
  tfjs: tfjsFormat,
  savedmodel: savedModelFormat,
} as const satisfies Readonly<Record<string, ExportFormat>>;

export type ExportFormatName = keyof typeof exportFormats;
