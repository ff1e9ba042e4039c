// ddod predict: detections as COCO results, and pictures with boxes.
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { Problem } from '../../shared/problem.ts';
import { findModel } from '../services/models.ts';
import { drawOverlay } from '../services/overlay.ts';
import type { DetectionResult, FoundObjects } from '../trainer/job.ts';
import { launchDetection } from '../trainer/launch.ts';
import type { Console } from './console.ts';

interface PredictArguments {
  readonly model: string;
  readonly out?: string;
  readonly overlay?: string;
  readonly score?: number;
}

const extensions = new Set(['.jpg', '.jpeg', '.png', '.webp', '.bmp', '.tif', '.tiff', '.gif', '.avif']);

/** Runs a detector over images, writes the files asked for, and returns what to print. */
export async function predict(sources: readonly string[], options: PredictArguments, console: Console) {
  const files = sources.flatMap(imagesIn);
  if (files.length === 0) throw new Problem(`There is no image in ${sources.join(', ')}.`);
  const { out, overlay, score } = options;
  const job = {
    model: findModel(options.model),
    images: files.map((path) => ({ path, width: 0, height: 0, boxes: [], labels: [], ignore: [] })),
    evaluate: false,
    ...(score === undefined ? {} : { scoreThresh: score }),
  };
  const result = await launchDetection(job, console.listeners('looking at'));
  const rows = cocoResults(files, result);
  if (out !== undefined) writeFileSync(out, `${JSON.stringify(rows)}\n`);
  if (overlay !== undefined) await drawAll(files, result, overlay);
  const document = { images: files.length, detections: rows.length, seconds: result.seconds, results: rows };
  return { document, text: predictionText(files, result, { out, overlay }) };
}

function imagesIn(source: string): string[] {
  if (!existsSync(source)) throw new Problem(`There is no file ${source}.`, 'Check the path.');
  if (!statSync(source).isDirectory()) return [resolve(source)];
  return readdirSync(source)
    .filter((name) => extensions.has(extname(name).toLowerCase()))
    .sort()
    .map((name) => resolve(source, name));
}

/** COCO's result rows; `image_id` is the file's place in the list from 1, `file_name` says which it is. */
function cocoResults(files: readonly string[], result: DetectionResult) {
  return result.images.flatMap(({ boxes, scores, labels }, index) =>
    scores.map((score, d) => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.slice(d * 4, d * 4 + 4);
      const label = labels[d] ?? 0;
      return {
        image_id: index + 1,
        file_name: basename(files[index] ?? ''),
        category_id: label + 1,
        category: result.classes[label] ?? '',
        bbox: [x1, y1, x2 - x1, y2 - y1],
        score,
      };
    }),
  );
}

async function drawAll(files: readonly string[], result: DetectionResult, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [index, file] of files.entries()) {
    const found = result.images[index];
    const name = `${basename(file, extname(file))}.png`;
    if (found !== undefined) await drawOverlay(file, found, result.classes, join(folder, name));
  }
}

function predictionText(
  files: readonly string[],
  result: DetectionResult,
  { out, overlay }: { out: string | undefined; overlay: string | undefined },
): string {
  const lines = files.map(
    (file, index) => `${basename(file)}: ${countText(result.images[index], result.classes)}`,
  );
  const made = [out, overlay].filter((path) => path !== undefined).map((path) => `wrote ${path}`);
  return [...lines, ...made].join('\n');
}

function countText(found: FoundObjects | undefined, classes: readonly string[]): string {
  const counts = classes.map(
    (name, index) => [name, found?.labels.filter((label) => label === index).length ?? 0] as const,
  );
  const seen = counts.filter(([, count]) => count > 0);
  return seen.length === 0 ? 'nothing' : seen.map(([name, count]) => `${count} ${name}`).join(', ');
}
