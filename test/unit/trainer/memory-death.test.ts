// How the death of a training process is read: real processes that run out of memory, abort, or are killed.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TrainingJob } from '../../../src/main/trainer/job.ts';
import { launchTraining } from '../../../src/main/trainer/launch.ts';
import { diedOfMemory } from '../../../src/main/trainer/memory-death.ts';
import { temporaryFolder } from '../services/temporary.ts';

afterEach(() => vi.unstubAllEnvs());

/** What is seen of a process that runs `source` once it has its job; `limit` comes before Node in a shell. */
async function deathBy(source: string, limit?: string) {
  const folder = temporaryFolder();
  const file = join(folder, 'worker.mjs');
  writeFileSync(file, `process.once('message', () => { ${source} });`);
  vi.stubEnv('DDOD_TRAINER', file);
  if (limit !== undefined) {
    const node = join(folder, 'limited-node');
    writeFileSync(node, `#!/bin/bash\nulimit -c 0\n${limit}\nexec "${process.execPath}" "$@"\n`);
    chmodSync(node, 0o755);
    vi.stubEnv('DDOD_NODE', node);
  }
  return await launchTraining({ train: [], val: [] } as unknown as TrainingJob, () => undefined).gone;
}

const piecewise = (words: string, end: string) => `
  const lines = [${JSON.stringify(words)}, ...Array.from({ length: 60 }, (_, i) => \`\${i}: 0xc70d60 [node]\`)];
  const next = () => {
    const line = lines.shift();
    if (line === undefined) ${end};
    else process.stderr.write(line + '\\n', () => setTimeout(next, 1));
  };
  next();`;

describe('a process', () => {
  it('that fills its heap died of memory, and its words are kept though a long stack follows', async () => {
    const heap = 'ulimit -c 0; export NODE_OPTIONS=--max-old-space-size=30';
    const death = await deathBy('const all = []; for (;;) all.push(new Array(1000).fill({}));', heap);
    expect(death).toMatchObject({ signal: 'SIGABRT', ofMemory: true });
    expect(death.lastWords).toContain('JavaScript heap out of memory');
  });

  it('whose complaint comes long before its end died of memory', async () => {
    const words = "terminate called after throwing an instance of 'std::bad_alloc'";
    const death = await deathBy(piecewise(words, 'process.abort()'), ':');
    expect(death).toMatchObject({ signal: 'SIGABRT', ofMemory: true });
    expect(death.lastWords).toContain('bad_alloc');
  });

  it('whose signal a shell tells as an exit code died of memory', async () => {
    const death = await deathBy(piecewise('std::bad_alloc', 'process.exit(134)'));
    expect(death).toMatchObject({ code: 134, ofMemory: true });
  });

  it('that breaks without a word died of memory only where its memory was limited', async () => {
    const silent = "process.send({ type: 'log' }, () => process.kill(process.pid, 'SIGSEGV'));";
    expect(await deathBy(silent, ':')).toMatchObject({ signal: 'SIGSEGV', ofMemory: false });
    if (process.platform !== 'linux') return;
    expect(await deathBy(silent, 'ulimit -d 4000000')).toMatchObject({ signal: 'SIGSEGV', ofMemory: true });
  });

  it('that a person kills, or that fails for another reason, did not', async () => {
    expect(await deathBy("process.kill(process.pid, 'SIGKILL')")).toMatchObject({ ofMemory: false });
    expect(
      await deathBy("console.error('out of memory'); process.kill(process.pid, 'SIGTERM')"),
    ).toMatchObject({
      signal: 'SIGTERM',
      ofMemory: false,
    });
    expect(await deathBy("throw new Error('a fault')")).toMatchObject({ code: 1, ofMemory: false });
  });
});

it('a kill is memory only where the kernel counted one', () => {
  const killed = { code: null, signal: 'SIGKILL', lastWords: '', limited: true };
  expect(diedOfMemory({ ...killed, memoryKills: 0 })).toBe(false);
  expect(diedOfMemory({ ...killed, memoryKills: 1 })).toBe(true);
  expect(diedOfMemory({ ...killed, signal: null, code: 137, memoryKills: 1 })).toBe(true);
});
