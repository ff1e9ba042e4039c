// TensorFlow's C library: out of the official wheel, into the per-user cache, or wherever DDOD_LIBTENSORFLOW points.
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { unzip } from '../unzip.mjs';
import { findProgram } from './child.mjs';
import { draftFolder } from './context.mjs';
import { fetchWheel, requireSpace } from './pip.mjs';
import { SetupProblem } from './problem.mjs';
import { readStamp, writeStamp } from './stamp.mjs';
import { LIBRARIES, TENSORFLOW_VERSION } from './wheels.mjs';

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {import('./wheels.mjs').LibraryWheel} LibraryWheel */
/**
 * A library ready to link against.
 * @typedef {{ dir: string, include: string, linked: readonly string[], version: string, device: 'cpu' | 'gpu', origin: string }} Library
 * linked: full paths; origin: what the built files are keyed by
 */

/** Headers that the binding and our own kernels include, directly or not. */
const HEADERS =
  /^tensorflow\/include\/(tensorflow\/c\/|xla\/tsl\/c\/|xla\/c\/|tsl\/platform\/|tensorflow\/core\/platform\/ctstring|tensorflow\/core\/common_runtime\/next_pluggable_device\/c\/).*\.h$/;
const CUDA_FILES = /^nvidia\/(.*\/lib\/.*\.so[.\d]*|cuda_nvcc\/(bin|nvvm)\/.*)$/;

/** Layouts of a library somebody brings along: a wheel's folder, or the C archive with lib/ and include/. */
const OVERRIDE_LAYOUTS = [
  ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
  ['libtensorflow.so.2', 'libtensorflow_framework.so.2'],
  ['libtensorflow.2.dylib', 'libtensorflow_framework.2.dylib'],
  ['tensorflow.lib'],
];

export const libraryStep = {
  title: 'TensorFlow library',
  /** @param {Context} context */
  ready: (context) => findLibrary(context) !== undefined,
  make: makeLibrary,
};

/**
 * Which build is wanted: DDOD_DEVICE decides, else an NVIDIA driver found on Linux.
 * @param {Context} context
 * @returns {'cpu' | 'gpu'}
 */
export function wantedDevice({ env, platform }) {
  if (env.DDOD_DEVICE) return env.DDOD_DEVICE.startsWith('gpu') ? 'gpu' : 'cpu';
  if (platform !== 'linux') return 'cpu';
  const driver = existsSync('/proc/driver/nvidia/version') || findProgram(['nvidia-smi'], env) !== undefined;
  return driver ? 'gpu' : 'cpu';
}

/**
 * The library that is installed, or undefined.
 * @param {Context} context
 * @returns {Library | undefined}
 */
export function findLibrary(context) {
  if (context.env.DDOD_LIBTENSORFLOW) return findOverride(context.env.DDOD_LIBTENSORFLOW);
  const wheel = wheelFor(context);
  const home = join(context.cache, wheel.folder);
  if (readStamp(join(home, 'complete.json'))?.sha256 !== wheel.sha256) return undefined;
  const dir = join(home, 'tensorflow');
  if (!wheel.libraries.every((name) => existsSync(join(dir, name)))) return undefined;
  return {
    dir,
    include: join(dir, 'include'),
    linked: wheel.linked.map((name) => join(dir, name)),
    version: TENSORFLOW_VERSION,
    device: wheel.extras.length > 0 ? 'gpu' : 'cpu',
    origin: `${dir} ${wheel.sha256}`,
  };
}

/**
 * @param {Context} context
 * @returns {LibraryWheel}
 */
function wheelFor(context) {
  const key = `${context.platform}-${context.arch}-${wantedDevice(context)}`;
  const wheels = /** @type {Record<string, LibraryWheel>} */ (LIBRARIES);
  const wheel = wheels[key];
  if (wheel) return wheel;
  throw new SetupProblem(
    `There is no TensorFlow ${TENSORFLOW_VERSION} wheel for ${key}.`,
    'Point DDOD_LIBTENSORFLOW to a folder with a TensorFlow 2 library and its headers, and run the command again.',
  );
}

/**
 * @param {string} path
 * @returns {Library | undefined}
 */
function findOverride(path) {
  const home = resolve(path);
  for (const dir of [home, join(home, 'tensorflow'), join(home, 'lib')]) {
    const include = [join(dir, 'include'), join(home, 'include')].find((at) =>
      existsSync(join(at, 'tensorflow', 'c', 'c_api.h')),
    );
    const names = OVERRIDE_LAYOUTS.find((layout) => layout.every((name) => existsSync(join(dir, name))));
    if (!include || !names) continue;
    const linked = names.map((name) => join(dir, name));
    const { size, mtimeMs } = statSync(linked[0] ?? dir);
    return { dir, include, linked, version: 'own', device: 'cpu', origin: `${dir} ${size} ${mtimeMs}` };
  }
  return undefined;
}

/** @param {Context} context */
async function makeLibrary(context) {
  if (context.env.DDOD_LIBTENSORFLOW) {
    throw new SetupProblem(
      `DDOD_LIBTENSORFLOW names ${context.env.DDOD_LIBTENSORFLOW}, where no TensorFlow library with its headers was found.`,
      'Name the folder that holds libtensorflow_cc.so.2 and include/, or unset it.',
    );
  }
  const wheel = wheelFor(context);
  const downloads = wheel.extras.reduce((sum, extra) => Math.max(sum, extra.size), wheel.size);
  requireSpace(context.cache, downloads + wheel.unpacked, "TensorFlow's library");
  const draft = draftFolder(context, wheel.folder);
  mkdirSync(draft, { recursive: true });
  await unpack(context, wheel, draft, `TensorFlow ${TENSORFLOW_VERSION}`, (name) => keepsMember(wheel, name));
  for (const extra of wheel.extras)
    await unpack(context, extra, draft, extra.requirement, (name) => CUDA_FILES.test(name));
  writeStamp(join(draft, 'complete.json'), { sha256: wheel.sha256, requirement: wheel.requirement });
  const home = join(context.cache, wheel.folder);
  rmSync(home, { recursive: true, force: true });
  renameSync(draft, home);
}

/**
 * @param {Context} context
 * @param {import('./wheels.mjs').Wheel & Partial<LibraryWheel>} wheel
 * @param {string} draft
 * @param {string} what
 * @param {(name: string) => boolean} keeps
 */
async function unpack(context, wheel, draft, what, keeps) {
  const download = join(draft, 'download');
  const archive = await fetchWheel(context, wheel, download, what);
  context.progress.say(`Unpacking ${what} ...`);
  let bytes = 0;
  const total = wheel.unpacked ?? wheel.size * 2;
  await unzip(
    archive,
    (name) => (keeps(name) ? join(draft, name) : undefined),
    (more) => {
      bytes += more;
      context.progress.bytes('unpacked', bytes, total);
    },
  );
  rmSync(download, { recursive: true, force: true });
}

/**
 * @param {LibraryWheel} wheel
 * @param {string} name
 */
function keepsMember(wheel, name) {
  return HEADERS.test(name) || wheel.libraries.some((library) => name === `tensorflow/${library}`);
}
