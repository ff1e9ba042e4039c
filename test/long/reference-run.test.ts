// The reference recipe on the real data: its first losses are those of the PyTorch run, and one epoch learns.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openProject } from '../../src/main/services/projects.ts';
import { bccdDir, goldenDir } from '../golden/fixture.ts';

const cli = resolve(import.meta.dirname, '../../src/main/cli.ts');
const report = join(goldenDir(), 'reference-run.md');
const ready = existsSync(report) && existsSync(join(bccdDir(), 'Annotations'));

function ddod(...args: string[]): string {
  return execFileSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

describe.skipIf(!ready)('the reference recipe (skipped without the BCCD data and the reference run)', () => {
  it('starts with the losses of the PyTorch run and learns within an epoch', () => {
    const expected = /iterations 0\.\.4 of DDOD seed 0 was ([\d., ]+)/
      .exec(readFileSync(report, 'utf8'))![1]!
      .split(',')
      .slice(0, 5)
      .map(Number.parseFloat);
    const dir = mkdtempSync(join(tmpdir(), 'ddod-reference-'));
    try {
      ddod('import', bccdDir(), '--project', dir, '--class-order', 'RBC,WBC,Platelets');
      // the reference run's warm-up, though this is shorter
      const set = ['--set', 'train.evalEvery=1', '--set', 'train.warmup.iterations=100'];
      ddod('train', '--project', dir, '--preset', 'reference', '--epochs', '1', ...set);
      const project = openProject(dir, { readOnly: true });
      const losses = project.runs.curve('r1', 'loss').map(({ value }) => value);
      project.close();
      expect(losses).toHaveLength(26);
      // the first step is exactly comparable; after it the trajectories drift apart by rounding
      expect(Math.abs(losses[0]! / expected[0]! - 1)).toBeLessThan(1e-4);
      for (const [i, loss] of expected.entries()) expect(Math.abs(losses[i]! / loss - 1)).toBeLessThan(2e-3);
      expect(losses.at(-1)).toBeLessThan(0.75 * losses[0]!);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
