// Whether a process died for want of memory: by what it said last, by its signal, and by what the kernel counts.
import { readFileSync } from 'node:fs';

const LAST_WORDS = /out of memory|bad_alloc|cannot allocate memory|OOM when allocating|allocation failed/i;
/** Signals with which a process ends itself where it cannot go on; V8 and the C++ library do so without memory. */
const ENDED_ITSELF = ['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGSEGV', 'SIGBUS'];
const COUNTERS = ['/proc/vmstat', '/sys/fs/cgroup/memory.events'];

/** Processes that the kernel has ended for want of memory so far; 0 where it does not tell. */
export function kernelMemoryKills(): number {
  return COUNTERS.map((file) => Number(/^oom_kill (\d+)$/m.exec(textOf(file))?.[1] ?? 0)).reduce(
    (sum, kills) => sum + kills,
    0,
  );
}

/** How a process ended, as far as its parent sees. */
export interface Death {
  readonly signal: string | null;
  readonly lastWords: string;
  /** `kernelMemoryKills` when it was started. */
  readonly killsBefore: number;
}

/** True where it was memory, and not a person or a fault of the program. */
export function diedOfMemory({ signal, lastWords, killsBefore }: Death): boolean {
  if (signal === 'SIGKILL') return kernelMemoryKills() > killsBefore;
  return signal !== null && ENDED_ITSELF.includes(signal) && LAST_WORDS.test(lastWords);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
