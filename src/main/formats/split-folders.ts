// Splits as names of folders and files state them: train/images, images/val, valid/, val2017, test-dev, instances_val2017.json.
import { basename, extname } from 'node:path';
import { nameBelow } from './image-files.ts';

export type Split = 'train' | 'val' | 'test';

/** The split a name like `train`, `valid` or `val2017` stands for. */
export function splitNamed(name: string): Split | undefined {
  const found =
    /^(train|valid|validation|val|dev|test)(?:ing)?(?:[-_ ]?(?:\d{4}|dev|set|images|labels))?$/i.exec(name);
  const word = found?.[1]?.toLowerCase();
  if (word === undefined) return undefined;
  return word === 'train' || word === 'test' ? word : 'val';
}

/** The split a label file's own name states, else its folders below `root`. */
export function splitOfFile(root: string, file: string): Split | undefined {
  const words = basename(file, extname(file)).split(/[_.-]/);
  return words.map(splitNamed).find((split) => split !== undefined) ?? folderSplit(nameBelow(root, file));
}

/** The split the folders of a `/`-separated path state, the outermost one first. */
export function folderSplit(path: string): Split | undefined {
  for (const part of path.split('/').slice(0, -1)) {
    const split = splitNamed(part);
    if (split) return split;
  }
  return undefined;
}
