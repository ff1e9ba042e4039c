// A folder per test that is gone afterwards, and programs put on a PATH of the test's own.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Progress } from '../../../scripts/setup/progress.mjs';

export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ddod-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A set-up context over `dir` whose PATH holds `programs` (name -> shell text) and nothing else. */
export function contextIn(dir: string, programs: Readonly<Record<string, string>> = {}) {
  const bin = join(dir, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return {
    root: dir,
    cache: join(dir, 'cache'),
    local: join(dir, 'node_modules', '.cache', 'ddod'),
    env: { PATH: bin } as Record<string, string | undefined>,
    platform: 'linux' as NodeJS.Platform,
    arch: 'x64',
    progress: new Progress(undefined),
  };
}
