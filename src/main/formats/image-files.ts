// Images of a source folder: found by walking it, looked up by the names that label files use, their headers read.
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, posix, relative, sep } from 'node:path';
import sharp from 'sharp';
import { Unreadable } from './source-text.ts';

const imageSuffixes = new Set(
  '.jpg .jpeg .jpe .jfif .png .webp .bmp .tif .tiff .gif .avif .heic .heif'.split(' '),
);

export function isImageName(file: string): boolean {
  return imageSuffixes.has(extname(file).toLowerCase()) && !basename(file).startsWith('._');
}

/** All files below the folder `root` (throws Unreadable for a file), absolute, sorted by name; hidden folders are left out, links that lead back are not followed. */
export async function filesBelow(root: string, signal?: AbortSignal): Promise<string[]> {
  if (!(await stat(root)).isDirectory()) throw new Unreadable('it is no folder');
  const seen = new Set<string>();
  const files: string[] = [];
  const visit = async (dir: string): Promise<void> => {
    signal?.throwIfAborted();
    const real = await realpath(dir);
    if (seen.has(real)) return;
    seen.add(real);
    const entries = await readdir(dir, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
      const path = join(dir, entry.name);
      const kind = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
      if (kind?.isDirectory()) await visit(path);
      else if (kind?.isFile()) files.push(path);
    }
  };
  await visit(root);
  return files;
}

/** `file` relative to `root`, with `/` and in NFC. */
export function nameBelow(root: string, file: string): string {
  return relative(root, file).split(sep).join('/').normalize('NFC');
}

/** The name without its last suffix. */
export function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}

function add(map: Map<string, string[]>, key: string, file: string): void {
  const files = map.get(key);
  if (files) files.push(file);
  else map.set(key, [file]);
}

/** Finds images by the names label files use; upper and lower case count as equal where nothing matches exactly. */
export class ImageIndex {
  readonly root: string;
  readonly files: readonly string[];
  readonly #byBase = new Map<string, string[]>();
  readonly #byStem = new Map<string, string[]>();

  constructor(root: string, files: readonly string[]) {
    this.root = root;
    this.files = files.filter(isImageName);
    for (const file of this.files) {
      const base = basename(file).normalize('NFC').toLowerCase();
      add(this.#byBase, base, file);
      add(this.#byStem, stemOf(base), file);
    }
  }

  /**
   * The image a name with suffix states (folders may lead it); where several fit as well, one that `prefer` likes.
   * Throws Unreadable where none or several fit.
   */
  byName(name: string, prefer?: Preference): string {
    const wanted = tidyPath(name);
    const files = this.#byBase.get(posix.basename(wanted).toLowerCase()) ?? [];
    return this.#best(files, wanted, (path) => path, prefer);
  }

  /** The image with this name but any suffix; otherwise like `byName`. */
  byStem(stem: string, prefer?: Preference): string {
    const wanted = tidyPath(stem);
    const files = this.#byStem.get(posix.basename(wanted).toLowerCase()) ?? [];
    return this.#best(files, wanted, stemOf, prefer);
  }

  #best(
    files: readonly string[],
    wanted: string,
    form: (path: string) => string,
    prefer?: Preference,
  ): string {
    const scored = files.map((file) => {
      const path = nameBelow(this.root, file);
      return [sharedTail(form(path), wanted) + (prefer?.(path) ? 1 : 0), file] as const;
    });
    const best = Math.max(0, ...scored.map(([score]) => score));
    const [first, second] = scored.filter(([score]) => score === best);
    if (!first) throw new Unreadable(`no image is called ${wanted}`);
    if (second) throw new Unreadable(`several images are called ${wanted}`);
    return first[1];
  }
}

/** Says of a path below the index's root whether it is the likelier one. */
type Preference = (path: string) => boolean;

/** `/`-separated and normalised; a name that climbs out of its folder is refused. */
function tidyPath(name: string): string {
  const path = posix.normalize(name.normalize('NFC').replaceAll('\\', '/')).replace(/^\/+/, '');
  if (path === '..' || path.startsWith('../')) throw new Unreadable(`the path ${name} leaves its folder`);
  return path;
}

/** How well two paths agree from the end: whole parts, a little more in equal case; a full match wins. */
function sharedTail(path: string, wanted: string): number {
  const inside = path.replace(/^(.*\/)?(JPEGImages|images)\//, '');
  let score = path === wanted ? 3 : inside === wanted ? 2 : 0;
  const right = wanted.split('/').reverse();
  for (const [index, part] of path.split('/').reverse().entries()) {
    const other = right[index];
    if (other?.toLowerCase() !== part.toLowerCase()) break;
    score += part === other ? 8 : 5;
  }
  return score;
}

export interface ImageHeader {
  /** Upright size in pixels. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1..8. */
  readonly orientation: number;
}

/** Size and orientation of an image file; throws Unreadable where it is missing, broken off or no image. */
export async function readImageHeader(file: string): Promise<ImageHeader> {
  const meta = await sharp(file)
    .metadata()
    .catch(() => {
      throw new Unreadable('the image cannot be read');
    });
  if (await looksCutOff(file, meta.format)) {
    await sharp(file, { failOn: 'truncated' })
      .stats()
      .catch(() => {
        throw new Unreadable('the image is broken off');
      });
  }
  const orientation = meta.orientation ?? 1;
  const [width, height] = orientation > 4 ? [meta.height, meta.width] : [meta.width, meta.height];
  return { width, height, orientation };
}

const tailBytes = 65_536;

/** True where the end mark of a JPEG or PNG is not near the end of the file: only then is it worth decoding. */
async function looksCutOff(file: string, format: string | undefined): Promise<boolean> {
  const mark =
    format === 'jpeg' ? Buffer.from([0xff, 0xd9]) : format === 'png' ? Buffer.from('IEND') : undefined;
  if (!mark) return false;
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, tailBytes));
    await handle.read(tail, 0, tail.length, size - tail.length);
    return tail.lastIndexOf(mark) < 0;
  } finally {
    await handle.close();
  }
}
