import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './folder.ts';

const script = resolve(import.meta.dirname, '../../../scripts/budgets.mjs');

/** Runs the budgets over a repository of these files. */
function budgets(files: Readonly<Record<string, string>>): { status: number | null; text: string } {
  const root = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const { status, stdout } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' });
  return { status, text: stdout };
}

const lines = (count: number) => 'export const x = 1;\n'.repeat(count);

describe('the budgets', () => {
  it('pass what keeps to them', () => {
    expect(
      budgets({ 'src/a.ts': lines(300), 'docs/adr/0001-a.md': '', 'docs/adr/0002-b.md': '' }).status,
    ).toBe(0);
  });

  it.each([
    ['a long file', { 'src/a.ts': lines(301) }, 'src/a.ts: 301 lines'],
    [
      'a long function',
      { 'src/a.ts': `function f() {\n${lines(79)}}\n` },
      'src/a.ts:1: a function of 81 lines',
    ],
    ['an any', { 'src/a.ts': 'let a: any;\n' }, 'src/a.ts:1: an any'],
    ['a non-null !', { 'src/a.ts': 'const b = a!;\n' }, 'src/a.ts:1: a non-null !'],
    ['a vague folder', { 'src/utils/a.ts': '' }, 'src/utils/: name the thing'],
    ['a twice-given ADR number', { 'docs/adr/0001-a.md': '', 'docs/adr/0001-b.md': '' }, 'share a number'],
  ])('catch %s', (_, files, fault) => {
    const { status, text } = budgets(files as Record<string, string>);
    expect(status).toBe(1);
    expect(text).toContain(fault);
  });

  it('allow ! and long suites in tests', () => {
    const suite = `describe('x', () => {\n${lines(100)}});\nconst b = a!;\n`;
    expect(budgets({ 'test/unit/a.test.ts': suite }).status).toBe(0);
  });
});
