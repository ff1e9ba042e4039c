// Whether a process died for want of memory: by what it said last, by its signal, by what the kernel counts and limits.
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { tellsOutOfMemory } from '../detector/out-of-memory.ts';

/** Signals with which a process ends itself where it cannot go on; V8 and the C++ library do so without memory. */
const ENDED_ITSELF = ['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGSEGV', 'SIGBUS'];
const COUNTERS = ['/proc/vmstat', '/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control'];
/** Exit codes over it are a signal's number, told by a shell between the process and us. */
const SIGNALLED = 128;

/** Processes that the kernel has ended for want of memory so far; 0 where it does not tell. */
export function kernelMemoryKills(): number {
  return COUNTERS.map((file) => Number(/^oom_kill (\d+)$/m.exec(textOf(file))?.[1] ?? 0)).reduce(
    (sum, kills) => sum + kills,
    0,
  );
}

/** True where the kernel gives a process only so much memory, as after `ulimit`; false where it does not tell. */
export function hasMemoryLimit(pid: number | undefined): boolean {
  return /^Max (data size|address space) +\d/m.test(textOf(`/proc/${pid}/limits`));
}

/** How a process ended, as far as its parent sees. */
export interface Death {
  readonly code: number | null;
  readonly signal: string | null;
  readonly lastWords: string;
  /** Its memory was limited: whatever breaks it without a word is most likely that. */
  readonly limited: boolean;
  /** What the kernel killed for want of memory while it ran. */
  readonly memoryKills: number;
}

/** True where it was memory, and not a person or a fault of the program. */
export function diedOfMemory({ code, signal, lastWords, limited, memoryKills }: Death): boolean {
  const by = signal ?? signalOf(code);
  if (by === 'SIGKILL') return memoryKills > 0;
  if (by === undefined) return code !== 0 && tellsOutOfMemory(lastWords);
  return ENDED_ITSELF.includes(by) && (tellsOutOfMemory(lastWords) || (limited && lastWords.trim() === ''));
}

function signalOf(code: number | null): string | undefined {
  const named = Object.entries(constants.signals).find(([, number]) => number + SIGNALLED === code);
  return named?.[0];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
