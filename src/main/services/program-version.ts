// Which program this is, for what it makes: its version, and in a checkout the commit too.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = 'ddod-studio';

let known: { readonly version: string | undefined } | undefined;

/** The version in the nearest package.json of ours, beside the sources or in the installed application; '0.0.0' without one. */
export function programVersion(): string {
  return versionIn(programFolder()) ?? '0.0.0';
}

/** As `0.1.0`, or `0.1.0 (1a2b3c4d5e6f)` with the commit; undefined where nothing tells. */
export function codeVersion(): string | undefined {
  known ??= { version: readCodeVersion() };
  return known.version;
}

function readCodeVersion(): string | undefined {
  const root = programFolder();
  const version = versionIn(root);
  if (version === undefined || !existsSync(join(root, '.git'))) return version;
  const { stdout, status } = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
  });
  return status === 0 ? `${version} (${stdout.trim()})` : version;
}

function programFolder(folder = dirname(fileURLToPath(import.meta.url))): string {
  if (versionIn(folder) !== undefined || dirname(folder) === folder) return folder;
  return programFolder(dirname(folder));
}

function versionIn(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown; version?: unknown };
  return name === NAME && typeof version === 'string' ? version : undefined;
}
