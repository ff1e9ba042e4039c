// `npm run check`: every static check, two at a time, each one's output printed whole. Fails if any fails.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{ name: string, script: string, args: readonly string[], when?: string }} Check when: only where this path exists */

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const AT_ONCE = 2;

/** @type {readonly Check[]} */
const CHECKS = [
  { name: 'types', script: 'node_modules/typescript/bin/tsc', args: ['--noEmit', '--pretty', 'false'] },
  {
    name: 'format and lint',
    script: 'node_modules/@biomejs/biome/bin/biome',
    args: ['ci', '--colors=off', '.'],
  },
  {
    name: 'page types',
    script: 'node_modules/svelte-check/bin/svelte-check',
    args: ['--tsconfig', 'tsconfig.renderer.json', '--fail-on-warnings'],
    when: 'src/renderer',
  },
  {
    name: 'arrows',
    script: 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    args: ['--config', '.dependency-cruiser.cjs', 'src', 'scripts', 'test'],
  },
  { name: 'words', script: 'scripts/words.mjs', args: ['--check'], when: 'src/renderer/words' },
  { name: 'budgets', script: 'scripts/budgets.mjs', args: [] },
  { name: 'unused code', script: 'node_modules/knip/bin/knip.js', args: [], when: 'src/main/cli.ts' },
];

const queue = CHECKS.filter(({ when }) => when === undefined || existsSync(join(root, when)));
/** @type {string[]} */
const failed = [];
await Promise.all(Array.from({ length: AT_ONCE }, work));
console.log(failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function work() {
  for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
    const { code, output, seconds } = await run(check);
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${check.name} (${seconds.toFixed(1)} s)`);
    if (code === 0) continue;
    failed.push(check.name);
    console.log(output.trimEnd());
  }
}

/**
 * @param {Check} check
 * @returns {Promise<{ code: number, output: string, seconds: number }>}
 */
function run({ script, args }) {
  const started = Date.now();
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(root, script), ...args], { cwd: root });
    let output = '';
    /** @param {Buffer} chunk */
    const keep = (chunk) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('close', (code) => done({ code: code ?? 1, output, seconds: (Date.now() - started) / 1000 }));
  });
}
