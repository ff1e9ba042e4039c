import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const module_ = resolve(import.meta.dirname, '../../../src/main/cli/doctor.ts');

/** `ddod doctor` in a process of its own, as the command line runs it. */
function doctor(options: { json?: boolean }, env: Readonly<Record<string, string>> = {}) {
  const text = `import { runDoctor } from ${JSON.stringify(module_)}; process.exitCode = await runDoctor(${JSON.stringify(options)});`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', text], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

describe('ddod doctor', () => {
  it('finds the library and proves it with a convolution', () => {
    const { status, stdout, stderr } = doctor({});
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ok {2}TensorFlow +2\.\d+\.\d+.*libtensorflow/m);
    expect(stdout).toMatch(/^ok {2}Convolution +right \(37, 47, 67, 77\)$/m);
  });

  it('says what is missing and what to do, in one JSON document and an exit code', () => {
    const empty = mkdtempSync(join(tmpdir(), 'ddod-doctor-'));
    onTestFinished(() => rmSync(empty, { recursive: true }));
    const { status, stdout, stderr } = doctor(
      { json: true },
      { XDG_CACHE_HOME: empty, DDOD_CACHE_DIR: empty },
    );
    expect(status).toBe(1);
    const report = JSON.parse(stdout) as { ok: boolean; findings: { name: string; ok: boolean }[] };
    expect(report.ok).toBe(false);
    expect(report.findings.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['EfficientNet-Lite0']);
    expect(stderr).toMatch(/no weights in .*\. Run "npm run setup"\.\n$/);
  });

  it('passes on the sentence of a set-up that failed before it', () => {
    const { status, stderr } = doctor({}, { DDOD_SETUP_PROBLEM: 'A thing is missing. Get it.' });
    expect(status).toBe(1);
    expect(stderr).toContain('A thing is missing. Get it.');
  });
});
