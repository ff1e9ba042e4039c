// The npm packages of the lock file, without their install scripts, and the Node that one of them carries.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { findProgram, lastLine, runProgram } from './child.mjs';
import { SetupProblem } from './problem.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {{ version?: string, optional?: boolean, link?: boolean }} Locked */

export const packagesStep = {
  title: 'npm packages',
  /** @param {Context} context */
  ready(context) {
    const stamp = join(context.local, 'packages.json');
    const lock = hashOf([readFileSync(join(context.root, 'package-lock.json'))]);
    if (readStamp(stamp)?.lock === lock) return true;
    if (!installedAsLocked(context.root)) return false;
    writeStamp(stamp, { lock });
    return true;
  },
  /** @param {Context} context */
  async make(context) {
    context.progress.say('Installing npm packages ...');
    await npm(context, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], 'The npm packages');
    const lock = hashOf([readFileSync(join(context.root, 'package-lock.json'))]);
    writeStamp(join(context.local, 'packages.json'), { lock });
  },
};

export const nodeStep = {
  title: 'Node 24',
  /** @param {Context} context */
  ready: (context) => existsSync(nodeProgram(context)),
  /** @param {Context} context */
  async make(context) {
    context.progress.say('Fetching Node 24 ...');
    await npm(context, ['rebuild', 'node', '--foreground-scripts'], 'Node 24');
    if (existsSync(nodeProgram(context))) return;
    throw new SetupProblem(
      `Node 24 is missing after "npm rebuild node" (${nodeProgram(context)}).`,
      'Check that npm may run install scripts of the package "node", and run the command again.',
    );
  },
};

/**
 * The Node that everything but the set-up runs on.
 * @param {{ root: string, platform: NodeJS.Platform }} context
 */
export function nodeProgram({ root, platform }) {
  return join(root, 'node_modules', 'node', 'bin', platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * True when what npm says it installed has every package of the lock file in its version: somebody ran npm themselves.
 * @param {string} root
 */
export function installedAsLocked(root) {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const installed = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional, link }]) =>
      path === '' || optional || link || installed[path]?.version === version,
  );
}

/**
 * @param {string} file
 * @returns {Record<string, Locked> | undefined}
 */
function packagesIn(file) {
  const packages = readStamp(file)?.packages;
  return typeof packages === 'object' && packages !== null
    ? /** @type {Record<string, Locked>} */ (packages)
    : undefined;
}

/**
 * @param {Context} context
 * @param {readonly string[]} args
 * @param {string} what
 */
async function npm(context, args, what) {
  const [program, ...first] = findNpm(context);
  const { code, output } = await runProgram(program, [...first, ...args], {
    cwd: context.root,
    env: context.env,
  });
  if (code === 0) return;
  mkdirSync(context.cache, { recursive: true });
  const log = join(context.cache, 'npm.log');
  writeFileSync(log, output);
  throw explainNpm(output, what, log);
}

/**
 * @param {string} output
 * @param {string} what
 * @param {string} log where the whole output is kept
 */
export function explainNpm(output, what, log) {
  if (/ENOSPC|no space left/i.test(output))
    return new SetupProblem(
      `The disk is full: ${what} could not be installed.`,
      'Free some space and run the command again.',
    );
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|network/i.test(
      output,
    )
  )
    return new SetupProblem(
      `${what} could not be fetched: npm cannot reach its registry.`,
      "Check the network (and npm's proxy and registry settings), then run the command again.",
    );
  const said = output
    .split('\n')
    .filter((line) => !/complete log|error code|^npm (error )?(warn|error)?\s*$/i.test(line));
  const line = said.find((text) => /^npm error/.test(text)) ?? lastLine(said.join('\n'));
  return new SetupProblem(
    `${what} could not be installed: npm stopped with "${line.trim()}".`,
    `Mend what it names (the whole text is in ${log}) and run the command again.`,
  );
}

/**
 * npm beside the Node that runs this, else the one on the path.
 * @param {Context} context
 * @returns {[string, ...string[]]}
 */
function findNpm({ env }) {
  const given = env.npm_execpath;
  if (given && /^np[mx]-cli\.js$/.test(basename(given)))
    return [process.execPath, join(dirname(given), 'npm-cli.js')];
  const found = findProgram(['npm'], env);
  if (found) return [found];
  throw new SetupProblem(
    'npm was not found on the path.',
    'Install Node.js 20 or newer with npm and run the command again.',
  );
}
