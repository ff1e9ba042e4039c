// Runs the command line in a process of its own, as a user does.
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { main } from '../../../src/main/cli/main.ts';

const root = resolve(import.meta.dirname, '../../..');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  /** Resolves once standard error has matched. */
  seen(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Outcome>;
}

/** Starts `ddod ARGS`. */
export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCommand {
  const child = spawn(process.execPath, ['src/main/cli.ts', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (data: Buffer) => {
      said[name] += data.toString();
    });
  }
  const seen = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => pattern.test(said.stderr) && resolve();
      child.stderr.on('data', look);
      child.on('close', () => reject(new Error(`never said ${pattern}: ${said.stderr}`)));
      look();
    });
  const ended = new Promise<Outcome>((resolve) => child.on('close', (code) => resolve({ code, ...said })));
  return { child, seen, ended };
}

/** Runs `ddod ARGS` to its end. */
export function ddod(...args: string[]): Promise<Outcome> {
  return start(args).ended;
}

/** Runs `ddod ARGS` in this process: quick, and one at a time. */
export async function inProcess(...args: string[]): Promise<Outcome> {
  const said = { stdout: '', stderr: '' };
  const writers = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (text: string | Uint8Array) => {
      said[name] += String(text);
      return true;
    };
  }
  try {
    const code = await main(args);
    return { code, ...said };
  } finally {
    process.stdout.write = writers.stdout;
    process.stderr.write = writers.stderr;
  }
}

/** The one JSON document of an outcome; throws where there is none or more than one. */
export function documentOf<T = Record<string, unknown>>({ stdout, stderr }: Outcome): T {
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new Error(`not one JSON document: ${stdout}\n${stderr}`);
  }
}
