// Keeps a computer from sleeping while something trains, where there is no Electron to do it: with what the system has.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Notice } from '../../shared/contract.ts';

/** It ends with this process, however that ends. */
const PROGRAMS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['caffeinate', '-i', '-w', String(process.pid)],
  linux: [
    'systemd-inhibit',
    ...['--what=idle:sleep', '--who=DDOD Studio', '--why=A training is going on', '--mode=block'],
    ...['tail', `--pid=${process.pid}`, '-f', '/dev/null'],
  ],
};

/** Begins to keep the computer awake; what comes back ends it. Where that cannot be, nothing happens. */
export function keepAwake(): () => void {
  const [program, ...args] = PROGRAMS[process.platform] ?? [];
  if (program === undefined) return () => undefined;
  // a group of its own, so that what it starts ends with it
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
  return () => endGroup(child);
}

function endGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid);
  } catch {
    // gone in the meantime
  }
}

/** Follows the trainings by what windows are told, and keeps the computer awake during them. */
export function awakeWhileTraining(): (notice: Notice) => void {
  let release: (() => void) | undefined;
  return (notice) => {
    if (notice.type !== 'run') return;
    if (notice.live !== null) release ??= keepAwake();
    else {
      release?.();
      release = undefined;
    }
  };
}
