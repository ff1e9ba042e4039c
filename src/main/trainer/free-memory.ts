// How much memory a process may still take: of the machine, and of the container it runs in.
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

const CONTROL_GROUP = '/sys/fs/cgroup';

export function freeMB(): number {
  return Math.min(availableMB(), controlGroupMB(CONTROL_GROUP));
}

/** What the kernel would give without swapping; free memory alone where it does not say. */
function availableMB(): number {
  const line = /MemAvailable:\s+(\d+) kB/.exec(textOf('/proc/meminfo'))?.[1];
  return line === undefined ? freemem() / 1e6 : Number(line) / 1e3;
}

/**
 * What is left of the limit of the control group in `folder`; endless without one. Files that were read and are not looked at
 * any more count as used there, and are dropped as soon as somebody wants their room.
 */
export function controlGroupMB(folder: string): number {
  const limit = numberIn(join(folder, 'memory.max'));
  const used = numberIn(join(folder, 'memory.current'));
  const cached = Number(/^inactive_file (\d+)$/m.exec(textOf(join(folder, 'memory.stat')))?.[1] ?? 0);
  const left = limit - (used - cached);
  return Number.isFinite(left) ? left / 1e6 : Number.POSITIVE_INFINITY;
}

function numberIn(file: string): number {
  return Number(textOf(file).trim() || Number.NaN);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
