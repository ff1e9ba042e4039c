// The version of this program, as its package.json says it: beside the sources, or in the installed application.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = 'ddod-studio';

/** '0.0.0' where no package.json of ours is found. */
export function programVersion(folder = dirname(fileURLToPath(import.meta.url))): string {
  const file = join(folder, 'package.json');
  const found: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  const { name, version } = (found ?? {}) as { readonly name?: unknown; readonly version?: unknown };
  if (name === NAME && typeof version === 'string') return version;
  return dirname(folder) === folder ? '0.0.0' : programVersion(dirname(folder));
}
