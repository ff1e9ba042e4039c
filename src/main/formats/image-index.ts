// Images looked up by the names that label files use. Nothing is found but what was listed.
import { basename, posix } from 'node:path';
import type { ReadOptions } from './dataset-format.ts';
import { isImageName, nameBelow, stemOf } from './image-files.ts';
import { Unreadable } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import { folderSplit, type Split } from './split-folders.ts';

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
    const scored = files.flatMap((file) => {
      const path = nameBelow(this.root, file);
      const likelihood = prefer ? prefer(path) : 0;
      return likelihood === undefined ? [] : [[sharedTail(form(path), wanted) + likelihood, file] as const];
    });
    const best = scored.reduce((most, [score]) => Math.max(most, score), 0);
    const [first, second] = scored.filter(([score]) => score === best);
    if (!first) throw new Unreadable(`no image is called ${wanted}`);
    if (second) throw new Unreadable(`several images are called ${wanted}`);
    return first[1];
  }
}

/** The images that labels in `folder` may be about: those that are known, else those of `options.images`, else its own. */
export async function imagesFor(
  folder: string,
  { images, known }: ReadOptions,
  tree: SourceTree,
): Promise<ImageIndex> {
  if (known) return new ImageIndex(known.root, [...known.headers.keys()]);
  const root = images ?? folder;
  return new ImageIndex(root, await tree.below(root));
}

/** Says of a path below the index's root how likely it is meant, from 0 to below 1; undefined where it cannot be. */
export type Preference = (path: string) => number | undefined;

/**
 * Prefers images in the label file's own folder, then those whose folders state the same split, then those that share the
 * most leading folders with it. `label` is its path below the root.
 */
export function nearTo(label: string, split: Split | undefined): Preference {
  const folders = posix.dirname(label).split('/');
  return (path) => {
    const own = posix.dirname(path).split('/');
    const at = folders.findIndex((folder, index) => folder !== own[index]);
    const shared = at < 0 ? folders.length : at;
    const isBeside = at < 0 && own.length === folders.length;
    const isOfSplit = split !== undefined && folderSplit(path) === split;
    return 0.5 * Number(isBeside) + 0.3 * Number(isOfSplit) + (0.1 * shared) / (shared + 1);
  };
}

/** The same, but where folders state splits of both, an image of another split is another image. */
export function within(label: string, split: Split | undefined): Preference {
  const likelihood = nearTo(label, split);
  return (path) => {
    const other = folderSplit(path);
    return split !== undefined && other !== undefined && other !== split ? undefined : likelihood(path);
  };
}

/** `/`-separated and normalised. Where a name starts is not known: what climbs out of its folder begins after that. */
function tidyPath(name: string): string {
  const path = posix.normalize(name.normalize('NFC').replaceAll('\\', '/'));
  return path.replace(/^(\.\.?\/|\/)+/, '');
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
