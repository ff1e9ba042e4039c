import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withLock } from '../../../scripts/setup/lock.mjs';
import { temporaryFolder } from './folder.ts';

const lockModule = resolve(import.meta.dirname, '../../../scripts/setup/lock.mjs');

/** Starts a process that takes the lock of `dir`, says so, and holds it. */
async function holderOf(dir: string) {
  const text = `const { withLock } = await import(${JSON.stringify(lockModule)});
    await withLock(${JSON.stringify(dir)}, () => {}, () => new Promise((done) => { console.log('held'); setTimeout(done, 60000); }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('the set-up lock', () => {
  it('lets one in at a time', async () => {
    const dir = temporaryFolder();
    let inside = 0;
    let most = 0;
    const visit = () =>
      withLock(
        dir,
        () => {},
        async () => {
          inside += 1;
          most = Math.max(most, inside);
          await new Promise((wake) => setTimeout(wake, 30));
          inside -= 1;
        },
      );
    await Promise.all([visit(), visit(), visit()]);
    expect(most).toBe(1);
    expect(existsSync(join(dir, 'setup.lock'))).toBe(false);
  });

  it('waits for another process, and takes over when that is killed', async () => {
    const dir = temporaryFolder();
    const holder = await holderOf(dir);
    let waited = false;
    const entered = withLock(
      dir,
      () => {
        waited = true;
        holder.kill('SIGKILL');
      },
      async () => 'in',
    );
    expect(await entered).toBe('in');
    expect(waited).toBe(true);
  });

  it('takes over from another machine once its holder has been silent', async () => {
    const dir = temporaryFolder();
    mkdirSync(dir, { recursive: true });
    const file = join(dir, 'setup.lock');
    writeFileSync(file, `not-${hostname()} 1`);
    const long = new Date(Date.now() - 120_000);
    utimesSync(file, long, long);
    expect(
      await withLock(
        dir,
        () => {},
        async () => 'in',
      ),
    ).toBe('in');
  });

  it('is given back when the work fails', async () => {
    const dir = temporaryFolder();
    const failing = withLock(
      dir,
      () => {},
      async () => {
        throw new Error('no');
      },
    );
    await expect(failing).rejects.toThrow('no');
    expect(existsSync(join(dir, 'setup.lock'))).toBe(false);
  });
});
