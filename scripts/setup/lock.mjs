// One set-up at a time per cache: a lock file that its holder keeps fresh, so that one left by a killed process is seen as stale.
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const FRESH_MS = 30_000;
const BEAT_MS = 5_000;
const POLL_MS = 250;

/**
 * Runs `work` while holding the lock of `dir`; waits for another holder.
 * @template T
 * @param {string} dir
 * @param {() => void} onWait called once when another set-up holds it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(dir, onWait, work) {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'setup.lock');
  const owner = `${hostname()} ${process.pid}`;
  let told = false;
  while (!claim(file, owner)) {
    if (removeStale(file)) continue;
    if (!told) onWait();
    told = true;
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
  const beat = setInterval(() => touch(file), BEAT_MS);
  const release = () => {
    if (read(file) === owner) unlinkSync(file);
  };
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.removeListener('exit', release);
    release();
  }
}

/**
 * @param {string} file
 * @param {string} owner
 */
function claim(file, owner) {
  try {
    writeFileSync(file, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes a stale lock out of the way; puts it back where another process renewed it meanwhile.
 * @param {string} file
 */
function removeStale(file) {
  const owner = read(file);
  if (owner === undefined || isAlive(file, owner)) return false;
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== owner) linkSync(aside, file);
    unlinkSync(aside);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} file
 * @param {string} owner
 */
function isAlive(file, owner) {
  const [host, pid] = owner.split(' ');
  if (host === hostname() && Number(pid) > 0 && !processRuns(Number(pid))) return false;
  try {
    return Date.now() - statSync(file).mtimeMs < FRESH_MS;
  } catch {
    return false;
  }
}

/** @param {number} pid */
function processRuns(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function touch(file) {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // the lock was taken away by hand: nothing to keep fresh
  }
}
