// Runs other programs: finding them on the path, keeping the end of what they print for the message when they fail.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @typedef {import('./context.mjs').Env} Env */

const KEPT_OUTPUT = 1 << 16;

/**
 * The full path of the first of `names` that the PATH of `env` holds.
 * @param {readonly string[]} names
 * @param {Env} env
 * @returns {string | undefined}
 */
export function findProgram(names, env) {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', '.bat', ''] : [''];
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean);
  for (const name of names) {
    for (const folder of folders) {
      const found = suffixes.map((suffix) => join(folder, name + suffix)).find(isProgram);
      if (found) return found;
    }
  }
  return undefined;
}

/**
 * Runs a program to its end with no standard input; never throws for a failing program.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Env }} [options]
 * @returns {Promise<{ code: number, output: string }>} code -1 where it could not be started; stdout and stderr together
 */
export function runProgram(program, args, { cwd, env = process.env } = {}) {
  return new Promise((resolve) => {
    let output = '';
    const shell = process.platform === 'win32' && /\.(cmd|bat)$/i.test(program);
    const child = spawn(program, [...args], {
      cwd,
      env,
      shell,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    /** @param {Buffer} chunk */
    const keep = (chunk) => {
      output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: -1, output: `${output}${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}

/**
 * The last lines of a program's output, for a message.
 * @param {string} output
 */
export function lastLine(output) {
  const lines = output.split(/\r?\n/).map((line) => line.trim());
  return (
    lines.filter((line) => /error/i.test(line)).pop() ??
    lines.filter(Boolean).pop() ??
    'it printed nothing'
  ).slice(0, 300);
}

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
