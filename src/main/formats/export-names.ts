// Names of images in an export: relative to one root, `/`-separated, their stems unique even where case is not told apart.
import { dirname, isAbsolute, relative, sep } from 'node:path';
import { stemOf } from './image-files.ts';
import type { StagedImage } from './staged.ts';

export interface NamedImage {
  readonly image: StagedImage;
  /** Path below the root, as label files state it. */
  readonly name: string;
  /** `name` without suffix, made unique. */
  readonly stem: string;
  /** False where other images have the stem too, so that it does not say which one is meant. */
  readonly isSole: boolean;
}

export const exportSplits = ['train', 'val', 'test', undefined] as const;

/** Images with their names, those of train first, then val, test and the rest. */
export function namedImages(images: readonly StagedImage[], imageRoot?: string): NamedImage[] {
  const root = rootFor(images, imageRoot);
  const taken = new Set<string>();
  const names = images.map((image) => relative(root, image.path).split(sep).join('/'));
  const sharing = new Map<string, number>();
  for (const key of names.map(keyOf)) sharing.set(key, (sharing.get(key) ?? 0) + 1);
  const named = images.map((image, index) => {
    const name = names[index] ?? '';
    const stem = freeStem(stemOf(name), taken);
    taken.add(stem.toLowerCase());
    return { image, name, stem, isSole: sharing.get(keyOf(name)) === 1 };
  });
  return exportSplits.flatMap((split) => named.filter(({ image }) => image.split === split));
}

function keyOf(name: string): string {
  return stemOf(name).toLowerCase();
}

function freeStem(stem: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const form = count === 1 ? stem : `${stem}_${count}`;
    if (!taken.has(form.toLowerCase())) return form;
  }
}

/** `wanted` where all images lie below it, their deepest common folder otherwise. */
function rootFor(images: readonly StagedImage[], wanted: string | undefined): string {
  const folders = images.map((image) => dirname(image.path));
  if (wanted !== undefined && folders.every((folder) => isWithin(wanted, folder))) return wanted;
  let root = folders[0] ?? sep;
  // drives have no folder in common: names then start from the first one's
  for (const folder of folders)
    while (!isWithin(root, folder) && dirname(root) !== root) root = dirname(root);
  return root;
}

/** True where `path` is `folder` or lies below it. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
