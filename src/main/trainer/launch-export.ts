// Exports a detector in a process of its own, where TensorFlow and the exported model's runtime are at home.
import { Problem } from '../../shared/problem.ts';
import type { ExportEvent, ExportJob, ExportResult, ExportStage } from './job-export.ts';
import { startWorker } from './launch.ts';

export interface ExportListeners {
  readonly onProgress?: (stage: ExportStage, done: number, of: number) => void;
  /** Told of each image that could not be read. */
  readonly onWarning?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Writes the model and proves it. Rejects with a Problem where either fails or `signal` ends it. */
export async function launchExport(
  job: ExportJob,
  { onProgress, onWarning, signal }: ExportListeners = {},
): Promise<ExportResult> {
  signal?.throwIfAborted();
  let last = undefined as ExportEvent | undefined;
  let lastWords = '';
  const child = startWorker(
    (message) => {
      const event = message as ExportEvent;
      if (event.type === 'exporting') onProgress?.(event.stage, event.done, event.of);
      else if (event.type === 'log') onWarning?.(event.text);
      else last = event;
    },
    (text) => {
      lastWords = text;
    },
  );
  const stop = () => void child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  child.send({ type: 'export', job }, () => undefined);
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  if (last?.type === 'exported') return last.result;
  if (last?.type === 'failed') throw new Problem(last.message);
  throw new Problem(`The export stopped with exit code ${code}: ${lastWords.trim()}`);
}
