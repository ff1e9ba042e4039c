// Paths of images as the project stores, compares and resolves them.
import { isAbsolute, join, relative, resolve, sep } from 'node:path';

/** With `/`, relative to `root` where the file lies under it, absolute otherwise. */
export function storedPath(file: string, root: string): string {
  const inside = relative(root, file);
  const isUnder = inside !== '' && !isAbsolute(inside) && inside !== '..' && !inside.startsWith(`..${sep}`);
  return (isUnder ? inside : resolve(file)).split(sep).join('/');
}

/** The absolute path of a stored one. */
export function resolvedPath(path: string, root: string): string {
  return isAbsolute(path) ? path : join(root, path);
}

/** What two spellings of one file share: Unicode NFC, and lower case on Windows. */
export function pathKey(path: string): string {
  const normal = path.normalize('NFC');
  return process.platform === 'win32' ? normal.toLowerCase() : normal;
}

/** The deepest folder that holds all files; undefined for none, or for files on different drives. */
export function commonFolder(files: readonly string[]): string | undefined {
  let shared: string[] | undefined;
  for (const file of files) {
    const parts = resolve(file).split(sep).slice(0, -1);
    if (!shared) shared = parts;
    let same = 0;
    while (same < shared.length && shared[same] === parts[same]) same++;
    shared = shared.slice(0, same);
  }
  if (!shared || shared.length === 0) return undefined;
  return shared.join(sep) || sep;
}
