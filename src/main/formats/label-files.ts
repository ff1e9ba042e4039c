// Label files told apart by how they open: large ones are not parsed to find out what they are.
import { open } from 'node:fs/promises';
import { basename, extname } from 'node:path';

export type LabelKind =
  | 'coco'
  | 'createml'
  | 'label-studio'
  | 'labelme'
  | 'cvat'
  | 'voc'
  | 'wider'
  | 'crowdhuman';

interface Opening {
  readonly kind: LabelKind;
  readonly suffix: '.json' | '.xml' | '.txt' | '.odgt';
  readonly looksRight: (head: string) => boolean;
}

const cocoFirst = /^\s*\{\s*"(info|licenses|images|annotations|categories|type)"\s*:/;
const cocoInside = /"(file_name|category_id|supercategory)"\s*:/;
const taskKey = /"(result|completions|predictions|rectanglelabels|was_cancelled)"\s*:/;
const createmlImage = /"(image|imagefilename)"\s*:\s*"/;
/** Label Studio's lists look alike. */
const notCreateml = /"(result|completions|predictions|rectanglelabels|data)"\s*:/;
const shapes = /"(shapes"\s*:\s*\[|imagePath"\s*:\s*")/;

/** An image, a count, and a row of ten numbers. */
const widerStart =
  /^\s*\S.*\.(jpe?g|png)[ \t]*\r?\n[ \t]*\d+[ \t]*\r?\n[ \t]*-?\d+([ \t]+-?\d+){3,9}[ \t]*(\r?\n|$)/i;

const openings: readonly Opening[] = [
  {
    kind: 'coco',
    suffix: '.json',
    looksRight: (head) =>
      cocoFirst.test(head) || (/^\s*\{/.test(head) && cocoInside.test(head) && !shapes.test(head)),
  },
  {
    kind: 'createml',
    suffix: '.json',
    looksRight: (head) =>
      /^\s*\[\s*\{/.test(head) &&
      createmlImage.test(head) &&
      /"annotations"\s*:/.test(head) &&
      !notCreateml.test(head),
  },
  {
    kind: 'label-studio',
    suffix: '.json',
    looksRight: (head) => /^\s*(\[\s*)?\{/.test(head) && (taskKey.test(head) || /"data"\s*:\s*\{/.test(head)),
  },
  { kind: 'labelme', suffix: '.json', looksRight: (head) => /^\s*\{/.test(head) && shapes.test(head) },
  { kind: 'cvat', suffix: '.xml', looksRight: (head) => /<annotations[\s>]/.test(head) },
  { kind: 'wider', suffix: '.txt', looksRight: (head) => widerStart.test(head) },
  {
    kind: 'crowdhuman',
    suffix: '.odgt',
    looksRight: (head) => /^\s*\{/.test(head) && /"gtboxes"/.test(head),
  },
  { kind: 'voc', suffix: '.xml', looksRight: (head) => /<annotation[\s>]/.test(head) },
];

const suffixes = new Set<string>(openings.map(({ suffix }) => suffix));

/** Whether a file's name is that of a label file that says what it is. */
export function isTelling(file: string): boolean {
  const suffix = extname(file).toLowerCase();
  // of texts, which most often are the labels of one image each, only those that are called like WIDER's
  if (suffix === '.txt' && !/wider|bbx|face/i.test(basename(file))) return false;
  return suffixes.has(suffix) && !basename(file).startsWith('._');
}

/** What a file may be, by its first 4 kB without a byte order mark. */
export async function kindsIn(file: string): Promise<LabelKind[]> {
  const suffix = extname(file).toLowerCase();
  const head = await headOf(file);
  return openings.filter((one) => one.suffix === suffix && one.looksRight(head)).map(({ kind }) => kind);
}

/** Texts about a dataset, which hold no labels. */
export function isProse(file: string): boolean {
  return /^(readme|licen[cs]e|notes?|copying|authors|changelog|citation|requirements|about)\b/i.test(
    basename(file),
  );
}

const headBytes = 4096;

async function headOf(file: string): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return '';
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  } catch {
    return '';
  } finally {
    await handle.close();
  }
}
