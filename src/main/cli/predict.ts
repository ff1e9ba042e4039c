// ddod predict: detections as COCO results, and pictures with boxes.
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { Problem } from '../../shared/problem.ts';
import { findModel } from '../services/models.ts';
import { drawOverlay } from '../services/overlay.ts';
import type { DetectionResult, FoundObjects, ModelSource } from '../trainer/job.ts';
import { launchDetection } from '../trainer/launch.ts';
import type { Console } from './console.ts';
import { checkFileTarget, checkFolderTarget, picturesIn } from './targets.ts';

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
  const { source: model, threshold } = findModel(options.model);
  const score = options.score ?? threshold ?? undefined;
  const targets = targetsOf(options, files, model);
  const job = {
    model,
    images: files.map((path) => ({ path, width: 0, height: 0, boxes: [], labels: [], ignore: [] })),
    evaluate: false,
    ...(score === undefined ? {} : { scoreThresh: score }),
  };
  const result = await launchDetection(job, console.listeners('looking at'));
  const rows = cocoResults(files, result);
  if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(rows)}\n`);
  for (const [index, { path, overlay }] of targets.entries()) {
    const found = result.images[index];
    if (found !== undefined && overlay !== undefined) await drawOverlay(path, found, result.classes, overlay);
  }
  const counts = { images: files.length, detections: rows.length, score: score ?? null };
  const document = { ...counts, seconds: result.seconds, results: rows, files: targets };
  const note = options.score === undefined && threshold !== null ? chosenText(threshold) : [];
  return { document, text: [...note, predictionText(targets, result, options)].join('\n') };
}

function chosenText(threshold: number): string[] {
  return [`from score ${threshold.toFixed(2)} on, as chosen for this model; --score shows others`];
}

/** An image, and the picture to draw of it. */
interface Target {
  readonly path: string;
  readonly overlay?: string;
}

/** Looked at before the work. Throws a Problem where something that is read would be overwritten, or nothing written. */
function targetsOf(
  { out, overlay }: Pick<PredictArguments, 'out' | 'overlay'>,
  files: readonly string[],
  model: ModelSource,
): Target[] {
  const pictures = overlay === undefined ? [] : picturesIn('--overlay', overlay, files);
  if (out !== undefined && pictures.includes(resolve(out)))
    throw new Problem(`--out and --overlay would both write ${out}.`, 'Choose another file for --out.');
  // the file may be wanted in that folder
  if (overlay !== undefined) checkFolderTarget('--overlay', overlay);
  if (out !== undefined) checkFileTarget('--out', out, [...files, ...filesOf(model)]);
  return files.map((path, index) => ({
    path,
    ...(overlay !== undefined && { overlay: pictures[index] ?? '' }),
  }));
}

/** The files that a model is read from, and the project that it is of. */
function filesOf(model: ModelSource): string[] {
  const file = model.kind === 'checkpoint' ? model.store : model.file;
  return [file, ...['project.db', 'card.json'].map((name) => join(dirname(file), name))];
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

function predictionText(
  targets: readonly Target[],
  result: DetectionResult,
  { out, overlay }: Pick<PredictArguments, 'out' | 'overlay'>,
): string {
  const lines = targets.map(
    (target, index) => `${shownName(target, targets)}: ${countText(result.images[index], result.classes)}`,
  );
  const made = [out, overlay].filter((path) => path !== undefined).map((path) => `wrote ${path}`);
  return [...lines, ...made].join('\n');
}

/** The file's name; its whole path, and its picture's name, where another is called the same. */
function shownName({ path, overlay }: Target, all: readonly Target[]): string {
  const isAlone = all.filter((other) => basename(other.path) === basename(path)).length === 1;
  const drawn = overlay === undefined || isAlone ? '' : ` (${basename(overlay)})`;
  return `${isAlone ? basename(path) : path}${drawn}`;
}

function countText(found: FoundObjects | undefined, classes: readonly string[]): string {
  const counts = classes.map(
    (name, index) => [name, found?.labels.filter((label) => label === index).length ?? 0] as const,
  );
  const seen = counts.filter(([, count]) => count > 0);
  return seen.length === 0 ? 'nothing' : seen.map(([name, count]) => `${count} ${name}`).join(', ');
}
