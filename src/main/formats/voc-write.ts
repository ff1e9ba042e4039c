// Pascal VOC out.
import type { ExportDataset, ExportOptions, Written } from './dataset-format.ts';

export function writeVoc(
  _dataset: ExportDataset,
  _outDir: string,
  _options: ExportOptions,
): Promise<Written> {
  return Promise.reject(new Error('not yet'));
}
