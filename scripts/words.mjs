// `npm run words`: writes every message of the window into catalogs/en.json, for translators. With --check it changes nothing
// and fails where that file is not up to date, a message cannot be parsed, a translation belongs to no message any more,
// or text is shown that is no message.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { argumentsOf } from './words/message-arguments.mjs';
import { readSource } from './words/read-source.mjs';

const checks = process.argv.includes('--check');
const named = process.argv.slice(2).find((argument) => !argument.startsWith('--'));
const root = resolve(named ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
const renderer = join(root, 'src', 'renderer');
const catalogs = join(renderer, 'words', 'catalogs');

const found = sources(renderer).map((path) => {
  const name = relative(renderer, path).replaceAll('\\', '/');
  return { name, ...readSource(name, readFileSync(path, 'utf8')) };
});
const messages = [...new Set(found.flatMap(({ messages }) => messages))].sort();
const faults = [
  ...found.flatMap(({ faults }) => faults),
  ...found.flatMap(({ raw }) => raw).map((text) => `${text} (is shown, but is no message: wrap it in t())`),
  ...messages.flatMap((message) => unparsable(message)),
  ...translations().flatMap(faultsOfTranslation),
];
writeOrCompare(
  `${JSON.stringify(Object.fromEntries(messages.map((message) => [message, message])), null, 2)}\n`,
);
console.log(`${messages.length} messages`);
for (const fault of faults) console.log(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

/**
 * @param {string} dir
 * @returns {string[]}
 */
function sources(dir) {
  const entries = readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(ts|svelte)$/.test(entry.name) ? [path] : [];
  });
}

/** @returns {{ file: string, catalog: Record<string, string> }[]} */
function translations() {
  const files = readdirSync(catalogs).filter((file) => file.endsWith('.json') && file !== 'en.json');
  return files.map((file) => ({ file, catalog: JSON.parse(readFileSync(join(catalogs, file), 'utf8')) }));
}

/**
 * What does not fit the messages of today; a message without a translation is no fault, it is shown in English.
 * @param {{ file: string, catalog: Record<string, string> }} translation
 */
function faultsOfTranslation({ file, catalog }) {
  return Object.entries(catalog).flatMap(([message, words]) => {
    if (!messages.includes(message)) return [`${file}: “${message}” is no message any more`];
    const wrong = unparsable(words);
    if (wrong.length > 0) return wrong.map((fault) => `${file}: ${fault}`);
    const known = argumentsOf(message);
    const foreign = [...argumentsOf(words)].filter((name) => !known.has(name));
    return foreign.map((name) => `${file}: “${words}” asks for ${name}, which its message has not`);
  });
}

/** @param {string} message */
function unparsable(message) {
  try {
    argumentsOf(message);
    return [];
  } catch (error) {
    return [`“${message}” cannot be parsed: ${error instanceof Error ? error.message : error}`];
  }
}

/** @param {string} text */
function writeOrCompare(text) {
  const path = join(catalogs, 'en.json');
  if (!checks) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text)
    faults.push('catalogs/en.json is not up to date: run npm run words');
}
