// Whether a folder holds YOLO labels: most of its text files that belong to images read as rows.
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { numberOfDecimal } from './exact-decimal.ts';
import { isImageName, stemOf } from './image-files.ts';
import { isProse } from './label-files.ts';
import { labelFileLimit, readSourceText } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import { yamlOf } from './yolo-config.ts';
import { parseYolo, type YoloRow } from './yolo-labels.ts';

const looksAt = 12;
/** Lists that lie with labels and are none. */
const notLabels = /^(classes|predefined_classes|labels|train|val|valid|test)\.txt$/i;

export async function detectYolo(source: string, tree: SourceTree): Promise<number> {
  if ((await yamlOf(source, tree)) !== undefined) return 0.95;
  if (!(await stat(source)).isDirectory()) return 0;
  const files = await tree.below(source);
  const named = files.some((file) => /^(classes\.txt|obj\.names|obj\.data)$/.test(basename(file)));
  const [good, bad] = await judged(spread(likelyLabels(files)));
  // labels that are all empty are labels only where something says what they would be of
  if (bad > 0 ? good <= bad : good === 0 && !named) return 0;
  return named ? 0.8 : 0.6;
}

export function isLabel(file: string): boolean {
  const name = basename(file);
  if (extname(file).toLowerCase() !== '.txt' || name.startsWith('._')) return false;
  return !notLabels.test(name) && !isProse(file);
}

/** Text files in a folder `labels` or with an image of their name; where there are none, all. */
function likelyLabels(files: readonly string[]): string[] {
  const stems = new Set(files.filter(isImageName).map((image) => stemOf(basename(image))));
  const labels = files.filter(isLabel);
  const likely = labels.filter((file) => /[\\/]labels[\\/]/.test(file) || stems.has(stemOf(basename(file))));
  return likely.length > 0 ? likely : labels;
}

/** A few of the files, from all over the list. */
function spread(files: readonly string[]): string[] {
  const step = Math.max(1, files.length / looksAt);
  const places = Array.from({ length: Math.min(looksAt, files.length) }, (_, at) => Math.floor(at * step));
  return places.flatMap((at) => files[at] ?? []);
}

/** How many files hold rows of boxes, and how many hold something else; empty ones say nothing. */
async function judged(files: readonly string[]): Promise<[good: number, bad: number]> {
  const texts = await Promise.all(files.map((file) => readSourceText(file, labelFileLimit).catch(() => '?')));
  const parsed = texts.map(parseYolo).filter(({ rows, faults }) => rows.length + faults.length > 0);
  const good = parsed.filter(({ rows, faults }) => rows.filter(isOfAnImage).length > faults.length).length;
  return [good, parsed.length - good];
}

/** Fractions of an image, or nearly so: other tools write pixels in as many columns. */
function isOfAnImage({ x, y }: YoloRow): boolean {
  return [x, y].every((span) => {
    const center = span ? numberOfDecimal(span.center) : Number.NaN;
    return center > -1 && center < 2;
  });
}
