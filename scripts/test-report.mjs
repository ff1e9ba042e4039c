// What one stage's JSON report of vitest says: the counts, and every failure with its cause in a few lines.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ status: string, fullName: string, failureMessages: string[] }} Assertion */
/** @typedef {{ name: string, status: string, message: string, assertionResults: Assertion[] }} FileResult */

const LINES_OF_A_CAUSE = 14;

/**
 * @param {string} report path of the report; where it is absent, nothing was counted
 * @param {string} root failures name their files from here
 * @returns {{ counts: Counts, failures: string[] }}
 */
export function readReport(report, root) {
  if (!existsSync(report)) return { counts: { passed: 0, failed: 0, skipped: 0 }, failures: [] };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  return {
    counts: {
      passed: numPassedTests,
      failed: numFailedTests,
      skipped: numPendingTests + (numTodoTests ?? 0),
    },
    failures: testResults.flatMap((/** @type {FileResult} */ file) => failuresOf(file, root)),
  };
}

/**
 * @param {FileResult} file
 * @param {string} root
 * @returns {string[]}
 */
function failuresOf(file, root) {
  const path = relative(root, file.name);
  const failed = file.assertionResults.filter(({ status }) => status === 'failed');
  // a file that cannot be loaded, or whose set-up fails, has a message but no failed test
  if (failed.length === 0) return file.status === 'failed' ? [told(path, file.message)] : [];
  return failed.map(({ fullName, failureMessages }) =>
    told(`${path} > ${fullName}`, failureMessages.join('\n')),
  );
}

/**
 * @param {string} where
 * @param {string} cause
 * @returns {string}
 */
function told(where, cause) {
  const lines = cause.split('\n').slice(0, LINES_OF_A_CAUSE);
  return [where, ...lines.map((line) => `    ${line}`)].join('\n');
}
