// Exports a detector in a process of its own, where TensorFlow and the exported model's runtime are at home.
import type { ExportEvent, ExportJob, ExportResult, ExportStage } from './job-export.ts';
import { workApart } from './launch.ts';

export interface ExportListeners {
  readonly onProgress?: (stage: ExportStage, done: number, of: number) => void;
  /** Told of each image that could not be read. */
  readonly onWarning?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Writes the model and proves it. Rejects with a Problem where either fails or `signal` ends it. */
export function launchExport(
  job: ExportJob,
  { onProgress, onWarning, signal }: ExportListeners = {},
): Promise<ExportResult> {
  const hear = (event: ExportEvent) => {
    if (event.type === 'exporting') onProgress?.(event.stage, event.done, event.of);
    else if (event.type === 'log') onWarning?.(event.text);
    return event.type === 'exported' ? event.result : undefined;
  };
  return workApart('The export', { type: 'export', job }, hear, signal);
}
