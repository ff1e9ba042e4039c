// Where the files of `resources/` are.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a file in `resources/`, which lies beside `src/` and beside whatever a bundle is put in: looked for upwards.
 * `DDOD_RESOURCES` names another folder.
 */
export function resourceFile(name: string): string {
  const own = process.env.DDOD_RESOURCES;
  return own ? join(own, name) : above(dirname(fileURLToPath(import.meta.url)), name);
}

function above(folder: string, name: string): string {
  const file = join(folder, 'resources', name);
  if (existsSync(file) || dirname(folder) === folder) return file;
  return above(dirname(folder), name);
}
