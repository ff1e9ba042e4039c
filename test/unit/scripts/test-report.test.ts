import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readReport } from '../../../scripts/test-report.mjs';
import { temporaryFolder } from './folder.ts';

describe('the report of a stage', () => {
  it('names every failed test and every file that could not be loaded, with the cause', () => {
    const root = temporaryFolder();
    const report = write(root, {
      numPassedTests: 1,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [
        {
          name: join(root, 'test/unit/a.test.ts'),
          status: 'failed',
          message: '',
          assertionResults: [
            { status: 'passed', fullName: 'a is right', failureMessages: [] },
            {
              status: 'failed',
              fullName: 'a is wrong',
              failureMessages: ['expected 1 to be 2\n    at a.ts:1'],
            },
          ],
        },
        {
          name: join(root, 'test/unit/b.test.ts'),
          status: 'failed',
          message: 'no such module',
          assertionResults: [],
        },
      ],
    });

    expect(readReport(report, root)).toEqual({
      counts: { passed: 1, failed: 1, skipped: 3 },
      failures: [
        `${join('test', 'unit', 'a.test.ts')} > a is wrong\n    expected 1 to be 2\n        at a.ts:1`,
        `${join('test', 'unit', 'b.test.ts')}\n    no such module`,
      ],
    });
  });

  it('counts nothing where there is none', () => {
    expect(readReport('/nowhere.json', '/').counts).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});

function write(folder: string, content: object): string {
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify(content));
  return path;
}
