// Builds what `npm start` opens, where its sources are newer: the page (out/renderer) and Electron's entries (out/main).
// Usage: node scripts/build.mjs [renderer|main|all]
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
};

const wanted = process.argv[2] ?? 'all';
for (const [name, part] of Object.entries(PARTS)) {
  if ((wanted !== 'all' && wanted !== name) || isFresh(part)) continue;
  process.stderr.write(`Building the window (${name}) ...\n`);
  const started = Date.now();
  rmSync(join(root, part.stamp), { force: true });
  await part.build();
  mkdirSync(join(root, 'out'), { recursive: true });
  // as of the start: what changed while it was built is built again
  writeFileSync(join(root, part.stamp), String(started));
}

async function buildPage() {
  const { build } = await import('vite');
  process.chdir(root);
  await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
}

/** CommonJS for Node 18, so that older Electrons run it too; native packages and Electron stay outside. */
async function buildMain() {
  const { build } = await import('esbuild');
  const common = /** @satisfies {import('esbuild').BuildOptions} */ ({
    absWorkingDir: root,
    outdir: 'out/main',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    external: ['electron', 'better-sqlite3', 'sharp', '@tensorflow/*'],
    logLevel: 'warning',
  });
  // a sandboxed preload has no Node to ask for its own address
  await build({ ...common, entryPoints: { preload: 'src/main/preload.ts' } });
  await build({
    ...common,
    entryPoints: { index: 'src/main/index.ts' },
    define: { 'import.meta.url': 'moduleUrl' },
    banner: { js: 'const moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
  });
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
