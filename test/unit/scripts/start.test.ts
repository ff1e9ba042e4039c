// Which door `npm start` opens: what only a server has is not lost on a machine with Electron.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

describe.skipIf(process.platform === 'win32')('npm start with Electron and a screen', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-start-'));
  const electron = join(folder, 'electron');

  beforeAll(() => {
    writeFileSync(electron, '#!/bin/sh\necho this is electron\n');
    chmodSync(electron, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function start(...args: string[]) {
    const env = { ...process.env, DISPLAY: ':0', ELECTRON_EXEC_PATH: electron };
    return spawnSync(process.execPath, [join(root, 'scripts/start.mjs'), ...args], { env, encoding: 'utf8' });
  }

  it('opens a browser where a host or a port is named, and says so', () => {
    for (const args of [
      ['--port', '99999'],
      ['--host', ' '],
    ]) {
      const { stdout, stderr, status } = start(...args);
      expect(stdout).toContain(`${args[0]} is for a browser, so the window opens in a browser.`);
      expect(stderr).toMatch(/99999 is not a port|The host is empty/);
      expect(status).toBe(1);
    }
  });
});
