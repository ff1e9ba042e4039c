// What keeps a computer awake during a training: begun with it, ended with it, and nothing where there is no such program.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awakeWhileTraining, keepAwake } from '../../../src/main/server/keep-awake.ts';
import type { LiveRun, Notice } from '../../../src/shared/contract.ts';
import { temporaryFolder } from '../services/temporary.ts';

const path = process.env.PATH;
let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  process.env.PATH = path;
});

const told = (live: Partial<LiveRun> | null): Notice => ({
  type: 'run',
  runId: 'r1',
  live: live as LiveRun | null,
});
const reads = (name: string) => () =>
  existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';

describe.skipIf(process.platform !== 'linux')('a computer with systemd', () => {
  it('is kept awake while something trains, and no longer', async () => {
    const script = `#!/bin/sh
echo "$@" >> ${folder}/began
trap 'echo over >> ${folder}/ended; exit' TERM
while :; do sleep 0.05; done
`;
    writeFileSync(join(folder, 'systemd-inhibit'), script, { mode: 0o755 });
    process.env.PATH = `${folder}:${path}`;
    const hear = awakeWhileTraining();
    hear({ type: 'runs' });
    hear(told({ step: 1 }));
    hear(told({ step: 2 }));
    await expect
      .poll(reads('began'), { timeout: 20_000 })
      .toMatch(/^--what=idle:sleep .*--pid=\d+ -f \/dev\/null\n$/);
    expect(reads('ended')()).toBe('');
    hear(told(null));
    await expect.poll(reads('ended'), { timeout: 20_000 }).toBe('over\n');
    hear(told(null));
  });
});

it('does nothing where the system has no program for it', () => {
  process.env.PATH = folder;
  const sleepAgain = keepAwake();
  sleepAgain();
});
