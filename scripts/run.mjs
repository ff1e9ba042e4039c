// What the npm scripts call: the set-up first, then the real command on Node 24. Usage: node scripts/run.mjs VERB [arguments]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext } from './setup/context.mjs';
import { nodeProgram } from './setup/packages.mjs';
import { setUpOrExplain } from './setup.mjs';

/** @typedef {import('./setup/context.mjs').Context} Context */
/** @typedef {readonly [string, ...string[]]} Command program and arguments; a first item ending in .ts, .mjs or .js runs on Node 24 */

/**
 * The table of verbs.
 * @type {Readonly<Record<string, (context: Context) => Command>>}
 */
const VERBS = {
  start: () => ['scripts/start.mjs'],
  test: () => ['scripts/test-stages.mjs'],
  check: () => ['scripts/check.mjs'],
  words: () => ['scripts/words.mjs'],
  demo: () => ['src/main/cli.ts', 'demo'],
  ddod: () => ['src/main/cli.ts'],
  dist: () => ['scripts/package.mjs'],
};

const SIGNALS = /** @type {const} */ ({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 });

/**
 * Sets up, runs the verb with `args` in the caller's folder, and returns its exit code.
 * @param {string} verb
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export async function runVerb(verb, args) {
  const command = VERBS[verb];
  if (command === undefined) {
    process.stderr.write(
      `"${verb}" is not a verb of scripts/run.mjs: use ${Object.keys(VERBS).join(', ')}.\n`,
    );
    return 2;
  }
  const context = createContext();
  const problem = await setUpOrExplain(context);
  const canDiagnose = args[0] === 'doctor' && existsSync(nodeProgram(context));
  if (problem) process.stderr.write(`${problem}\n`);
  if (problem && !canDiagnose) return 1;
  const [program, ...rest] = command(context);
  const isScript = /\.(ts|mjs|js)$/.test(program);
  const argv = isScript ? [join(context.root, program), ...rest, ...args] : [...rest, ...args];
  const extra = problem ? { DDOD_SETUP_PROBLEM: problem } : {};
  return await spawnToEnd(isScript ? nodeProgram(context) : program, argv, {
    ...childEnv(context),
    ...extra,
  });
}

/**
 * @param {Context} context
 * @returns {NodeJS.ProcessEnv}
 */
function childEnv(context) {
  const bin = join(context.root, 'node_modules', '.bin');
  const path = [dirname(nodeProgram(context)), bin, context.env.PATH ?? context.env.Path ?? ''];
  return {
    ...context.env,
    PATH: path.join(delimiter),
    TF_CPP_MIN_LOG_LEVEL: context.env.TF_CPP_MIN_LOG_LEVEL ?? '2',
  };
}

/**
 * Signals go to the child, which saves its state; this process only waits for it.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
function spawnToEnd(program, args, env) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit', env });
    process.on('SIGINT', () => {
      // a terminal sends it to the child as well
      if (!process.stdin.isTTY) child.kill('SIGINT');
    });
    for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP']))
      process.on(signal, () => child.kill(signal));
    child.on('error', (error) => {
      process.stderr.write(`${program} could not be started: ${error.message}.\n`);
      resolve(1);
    });
    child.on('close', (code, signal) => {
      resolve(code ?? 128 + (SIGNALS[/** @type {keyof typeof SIGNALS} */ (signal)] ?? 9));
    });
  });
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await runVerb(process.argv[2] ?? '', process.argv.slice(3));
}
