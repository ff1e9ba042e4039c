// What every set-up step is told: where the repository and the cache are, the environment, and how to speak.
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Progress } from './progress.mjs';

/** @typedef {Readonly<Record<string, string | undefined>>} Env */
/**
 * @typedef {object} Context
 * @property {string} root the repository
 * @property {string} cache per user, outlives node_modules
 * @property {string} local inside node_modules: stamps and what is linked for this clone
 * @property {Env} env
 * @property {NodeJS.Platform} platform
 * @property {string} arch
 * @property {Progress} progress
 */
/**
 * A step of the set-up: `ready` is cheap and true when there is nothing to do, `make` does it.
 * @typedef {{ title: string, ready: (context: Context) => boolean, make: (context: Context) => Promise<void> }} Step
 */

const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * @param {Env} env
 * @returns {string}
 */
export function cacheDir(env) {
  if (env.DDOD_CACHE_DIR) return resolve(env.DDOD_CACHE_DIR);
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ddod-studio');
}

/**
 * @param {{ root?: string, env?: Env, quiet?: boolean }} [options]
 * @returns {Context}
 */
export function createContext({ root = REPOSITORY, env = process.env, quiet = false } = {}) {
  return {
    root,
    cache: cacheDir(env),
    local: join(root, 'node_modules', '.cache', 'ddod'),
    env,
    platform: process.platform,
    arch: process.arch,
    progress: new Progress(quiet ? undefined : process.stderr),
  };
}

/**
 * Where a step makes what it renames into place; of this process alone, since a killed set-up may leave a download running.
 * @param {Context} context
 * @param {string} name
 */
export function draftFolder({ cache }, name) {
  return join(cache, DRAFTS, `${name}-${process.pid}`);
}

/** The folder inside the cache that holds drafts and is empty between set-ups. */
export const DRAFTS = 'tmp';
