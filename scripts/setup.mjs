// The set-up in one command, with no dependencies: npm start, npm test, npm run ... and ddod all call it first. Every step
// says cheaply whether it has anything to do; a second start therefore does nothing.
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, DRAFTS } from './setup/context.mjs';
import { libraryStep } from './setup/libtensorflow.mjs';
import { withLock } from './setup/lock.mjs';
import { bindingStep, opsStep } from './setup/native.mjs';
import { nodeStep, packagesStep } from './setup/packages.mjs';
import { SetupProblem, sentenceOf } from './setup/problem.mjs';
import { weightsStep } from './setup/weights.mjs';

/** @typedef {import('./setup/context.mjs').Context} Context */
/** @typedef {import('./setup/context.mjs').Step} Step */

const OLDEST_NODE = 18;

/** In the order in which they are needed. */
export const STEPS = /** @type {readonly Step[]} */ ([
  packagesStep,
  nodeStep,
  libraryStep,
  bindingStep,
  opsStep,
  weightsStep,
]);

/**
 * Brings everything up to date; throws a SetupProblem that says what is missing.
 * @param {Context} context
 * @param {readonly Step[]} [steps]
 */
export async function setUp(context, steps = STEPS) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE)
    throw new SetupProblem(
      `This is Node ${process.versions.node}.`,
      'Install Node.js 20 or newer and run the command again.',
    );
  if (steps.every((step) => step.ready(context))) return;
  mkdirSync(context.cache, { recursive: true });
  const wait = () => context.progress.say('Another set-up is running; waiting for it ...');
  await withLock(context.cache, wait, async () => {
    clearDrafts(context);
    try {
      for (const step of steps) if (!step.ready(context)) await step.make(context);
    } finally {
      clearDrafts(context);
    }
  });
}

/** @param {Context} context */
function clearDrafts({ cache }) {
  rmSync(join(cache, DRAFTS), { recursive: true, force: true, maxRetries: 3 });
}

/**
 * Sets up and says on stderr what went wrong, if anything did.
 * @param {Context} context
 * @returns {Promise<string | undefined>} the sentence for what is missing
 */
export async function setUpOrExplain(context) {
  try {
    await setUp(context);
    return undefined;
  } catch (error) {
    return sentenceOf(error);
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const problem = await setUpOrExplain(createContext());
  if (problem) process.stderr.write(`${problem}\n`);
  process.exitCode = problem ? 1 : 0;
}
