// Builds what `npm start` opens, where its sources are newer: the page (out/renderer) and Electron's entries (out/main).
// The installed application also needs the trainer (out/trainer). Usage: node scripts/build.mjs [renderer|main|trainer|window|all]
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** @typedef {{ stamp: string, sources: readonly string[], build: () => Promise<void> }} Part */

/** @type {Readonly<Record<string, Part>>} */
const PARTS = {
  renderer: {
    stamp: 'out/renderer.built',
    sources: ['src/renderer', 'src/shared', 'vite.config.ts', 'svelte.config.js', 'package-lock.json'],
    build: buildPage,
  },
  main: {
    stamp: 'out/main.built',
    sources: ['src/main', 'src/shared', 'scripts/build.mjs', 'package-lock.json'],
    build: buildMain,
  },
  trainer: {
    stamp: 'out/trainer.built',
    sources: ['src/main', 'src/shared', 'scripts/build.mjs', 'package-lock.json'],
    build: buildTrainer,
  },
};

/** Packages that are compiled, or load such: they stay outside every bundle. */
const NATIVE = ['better-sqlite3', 'sharp', '@tensorflow/*', 'onnxruntime-node'];

/** What a checkout opens: its trainer runs from the sources. @type {readonly string[]} */
const WINDOW = ['renderer', 'main'];

/** CommonJS for Node 18, so that older Electrons run it too; native packages and Electron stay outside. */
const BUNDLE = /** @satisfies {import('esbuild').BuildOptions} */ ({
  absWorkingDir: root,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node18',
  external: ['electron', ...NATIVE],
  logLevel: 'warning',
});

/** Comes first in every process that is Electron's and may read images. */
const OWN_GLIB = { inject: ['src/main/shell/own-glib.ts'] };

/** For files that ask for their own address. */
const ADDRESSED = {
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: 'const moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
};

const wanted = process.argv[2] ?? 'window';
for (const [name, part] of Object.entries(PARTS)) {
  if (!isWanted(name) || isFresh(part)) continue;
  process.stderr.write(`Building the window (${name}) ...\n`);
  const started = Date.now();
  rmSync(join(root, part.stamp), { force: true });
  await part.build();
  mkdirSync(join(root, 'out'), { recursive: true });
  // as of the start: what changed while it was built is built again
  writeFileSync(join(root, part.stamp), String(started));
}

/** @param {string} name */
function isWanted(name) {
  return wanted === 'all' || wanted === name || (wanted === 'window' && WINDOW.includes(name));
}

async function buildPage() {
  const { build } = await import('vite');
  process.chdir(root);
  await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
}

async function buildMain() {
  const { build } = await import('esbuild');
  const common = { ...BUNDLE, outdir: 'out/main' };
  // a sandboxed preload has no Node to ask for its own address
  await build({ ...common, entryPoints: { preload: 'src/main/preload.ts' } });
  const thread = 'src/main/detector/evaluation/analysis-worker.ts';
  const entryPoints = { index: 'src/main/index.ts', 'analysis-worker': thread };
  await build({ ...common, ...ADDRESSED, ...OWN_GLIB, entryPoints });
}

async function buildTrainer() {
  const { build } = await import('esbuild');
  const entryPoints = {
    worker: 'src/main/trainer/worker.ts',
    'decode-worker': 'src/main/detector/data/decode-worker.ts',
  };
  await build({ ...BUNDLE, ...ADDRESSED, ...OWN_GLIB, outdir: 'out/trainer', entryPoints });
}

/** @param {Part} part */
function isFresh({ stamp, sources }) {
  const builtAt = statSync(join(root, stamp), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return builtAt > 0 && sources.every((source) => newest(join(root, source)) < builtAt);
}

/**
 * @param {string} path
 * @returns {number}
 */
function newest(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found?.mtimeMs ?? 0;
  const inside = readdirSync(path).map((name) => newest(join(path, name)));
  return Math.max(found.mtimeMs, ...inside);
}
