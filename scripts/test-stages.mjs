// Runs the tests stage by stage and ends with one line of counts. Arguments: --long adds the stage of long runs on real data;
// anything else (a path, -t NAME) goes to vitest and is run in the quick stages alone.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBrowser } from './test-browser.mjs';
import { readReport } from './test-report.mjs';

/** @typedef {import('./test-report.mjs').Counts} Counts */

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const results = join(root, 'test-results');
const QUICK = ['unit', 'golden'];

const args = process.argv.slice(2);
const filters = args.filter((argument) => argument !== '--long');
const withLong = args.includes('--long') || process.env.DDOD_LONG === '1';
const ALL = [...QUICK, 'e2e', ...(withLong ? ['long'] : [])];
const named = [...ALL, 'long'].filter((stage) => filters.some((filter) => filter.includes(`test/${stage}`)));
const stages = filters.length === 0 ? ALL : named.length > 0 ? [...new Set(named)] : QUICK;

/** @type {Counts} */
const sum = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} told again at the end, which is all that some logs keep */
const allFailures = [];
mkdirSync(results, { recursive: true });
for (const stage of stages.filter((name) => existsSync(join(root, 'test', name)))) {
  const counts = runStage(stage);
  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) sum[key] += counts[key];
}
if (filters.length === 0 && !withLong)
  console.log('The long runs on real data were left out: npm test -- --long runs them too.');
for (const failure of allFailures) console.log(`FAILED ${failure}`);
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed > 0 ? 1 : 0;

/**
 * @param {string} stage
 * @returns {Counts}
 */
function runStage(stage) {
  console.log(`\n== ${stage} ==`);
  if (stage === 'e2e') ensureBrowser();
  const started = Date.now();
  const report = join(results, `${stage}.json`);
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const flags = [
    '--project',
    stage,
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...flags, ...filters], {
    cwd: root,
    stdio: 'inherit',
  });
  const { counts, failures } = readReport(report, root);
  allFailures.push(...failures);
  // an error outside any test fails the stage without a failed test
  if (status !== 0 && counts.failed === 0) {
    counts.failed = 1;
    if (failures.length === 0) allFailures.push(`stage ${stage} failed outside its tests: see above`);
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    `stage ${stage}: passed ${counts.passed}, failed ${counts.failed}, skipped ${counts.skipped}, ${seconds} s`,
  );
  return counts;
}
