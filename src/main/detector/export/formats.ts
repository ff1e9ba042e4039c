/** The kinds of exported models, by the names that people give them. */
import type { ExportFormat } from './export-format.ts';
import { onnxFormat } from './onnx/onnx-format.ts';

export const exportFormats = { onnx: onnxFormat } as const satisfies Readonly<Record<string, ExportFormat>>;

export type ExportFormatName = keyof typeof exportFormats;
