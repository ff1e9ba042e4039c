// Where the window was served for browsers lately, and the secret of those let in, in a small file that the user alone may
// read: a page outlives the program it came from and finds it again.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Timestamp } from '../../shared/model.ts';
import { configDir } from './recent-projects.ts';

const keptDoor = z.object({
  /** The one used last comes first. */
  ports: z.array(z.number().int().min(1).max(65_535)),
  session: z.string().min(32),
  madeAt: z.number(),
});
export type KeptDoor = z.infer<typeof keptDoor>;

/** Programs that serve at the same time each find their own port again. */
const MOST_PORTS = 4;
const LONGEST_LIFE_MS = 30 * 24 * 60 * 60 * 1000;

/** What is kept; a fresh secret where nothing is, or where it has lived long enough. */
export function readDoor(folder = configDir(), now: Timestamp = Date.now()): KeptDoor {
  const kept = keptDoor.safeParse(stored(folder)).data;
  if (kept && now - kept.madeAt < LONGEST_LIFE_MS) return kept;
  return { ports: kept?.ports ?? [], session: randomBytes(24).toString('base64url'), madeAt: now };
}

/** Keeps a secret and the port that it is used at. */
export function keepDoor({ ports, ...door }: KeptDoor, port: number, folder = configDir()): void {
  const recent = [port, ...ports.filter((other) => other !== port)].slice(0, MOST_PORTS);
  try {
    mkdirSync(folder, { recursive: true });
    // renamed into place, so that a reader never meets half a file
    const draft = join(folder, `door.${process.pid}.json`);
    writeFileSync(draft, JSON.stringify({ ports: recent, ...door }), { mode: 0o600 });
    renameSync(draft, join(folder, 'door.json'));
  } catch {
    // where nothing can be kept, the link is opened again after the next start
  }
}

function stored(folder: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, 'door.json'), 'utf8'));
  } catch {
    return undefined;
  }
}
