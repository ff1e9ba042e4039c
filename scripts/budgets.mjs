// The size budgets and habits that no linter here knows: file and function length, `!` and `any` outside tests, folder
// names, a README in every folder of more than five files, unique ADR numbers.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const FILE_LINES = 300;
const FUNCTION_LINES = 80;
const FILES_WITHOUT_README = 5;
const FOLDERS = ['src', 'scripts', 'bench', 'test'];
const LONG_FILES_ALLOWED = /\/(migrations|fixtures)\//;
const VAGUE_NAMES = /^(utils?|helpers?|common|misc)$/;
const SUITE_CALLS = /^(describe|it|test)\b/;

const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
/** @type {string[]} */
const faults = [];
/** @type {number[]} */
const lengths = [];

for (const folder of FOLDERS.filter((name) => existsSync(join(root, name)))) checkFolder(join(root, folder));
checkAdrs(join(root, 'docs', 'adr'));

lengths.sort((a, b) => a - b);
console.log(
  `${lengths.length} functions: median ${quantile(0.5)} lines, 90 % within ${quantile(0.9)}, longest ${quantile(1)}`,
);
for (const fault of faults) console.log(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

/** @param {string} dir */
function checkFolder(dir) {
  const entries = readdirSync(dir, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.(ts|mjs|cjs|svelte|cc)$/.test(entry.name));
  const inTests = relative(root, dir).startsWith('test');
  if (VAGUE_NAMES.test(basename(dir))) faults.push(`${relative(root, dir)}/: name the thing`);
  if (!inTests && files.length > FILES_WITHOUT_README && !existsSync(join(dir, 'README.md')))
    faults.push(`${relative(root, dir)}/: ${files.length} files and no README.md`);
  for (const file of files) checkFile(join(dir, file.name), inTests);
  for (const entry of entries) if (entry.isDirectory()) checkFolder(join(dir, entry.name));
}

/**
 * @param {string} path
 * @param {boolean} inTests
 */
function checkFile(path, inTests) {
  const name = relative(root, path);
  const text = readFileSync(path, 'utf8');
  const lines = text.trimEnd().split('\n').length;
  if (lines > FILE_LINES && !LONG_FILES_ALLOWED.test(name))
    faults.push(`${name}: ${lines} lines; a file has ${FILE_LINES} at most`);
  if (VAGUE_NAMES.test(basename(path).replace(/\..*$/, ''))) faults.push(`${name}: name the thing`);
  const todo = text.split('\n').findIndex((line) => /\b(TODO|FIXME|XXX)\b(?!\|)/.test(line));
  if (todo >= 0 && name !== 'scripts/budgets.mjs') faults.push(`${name}:${todo + 1}: an open note`);
  if (!/\.(ts|mjs|cjs)$/.test(name)) return;
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  visit(source, source, name, inTests);
}

/**
 * @param {ts.Node} node
 * @param {ts.SourceFile} source
 * @param {string} name
 * @param {boolean} inTests
 */
function visit(node, source, name, inTests) {
  const line = () => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
  if (ts.isFunctionLike(node) && 'body' in node && node.body && !isSuite(node, source)) {
    const length = source.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - line();
    if (!inTests) lengths.push(length);
    if (length > FUNCTION_LINES)
      faults.push(`${name}:${line()}: a function of ${length} lines; ${FUNCTION_LINES} at most`);
  }
  if (ts.isNonNullExpression(node) && !inTests) faults.push(`${name}:${line()}: a non-null !`);
  if (node.kind === ts.SyntaxKind.AnyKeyword) faults.push(`${name}:${line()}: an any`);
  ts.forEachChild(node, (child) => visit(child, source, name, inTests));
}

/**
 * The callback of describe or it: a list of tests, not a function anybody calls.
 * @param {ts.Node} node
 * @param {ts.SourceFile} source
 */
function isSuite(node, source) {
  return ts.isCallExpression(node.parent) && SUITE_CALLS.test(node.parent.expression.getText(source));
}

/** @param {string} dir */
function checkAdrs(dir) {
  if (!existsSync(dir)) return;
  /** @type {Map<string, string>} */
  const seen = new Map();
  for (const name of readdirSync(dir).filter((file) => /^\d{4}-.*\.md$/.test(file))) {
    const number = name.slice(0, 4);
    const other = seen.get(number);
    if (other) faults.push(`docs/adr: ${other} and ${name} share a number`);
    seen.set(number, name);
  }
}

/** @param {number} share */
function quantile(share) {
  return lengths[Math.max(0, Math.ceil(share * lengths.length) - 1)] ?? 0;
}
