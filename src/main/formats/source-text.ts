// Text from outside: read with limits, without a byte order mark, and never trusted as keys or paths.
import { readFile, stat } from 'node:fs/promises';

/** A reason why one file was left out: a clear sentence without the file's name. */
export class Unreadable extends Error {}

export const labelFileLimit = 8 * 2 ** 20;
/** V8 strings end near 2^29 characters. */
export const datasetFileLimit = 500 * 2 ** 20;

/** The text of a UTF-8 (or UTF-16 with a mark) file; throws Unreadable where it is missing or above `limit` bytes. */
export async function readSourceText(file: string, limit: number): Promise<string> {
  const size = await stat(file).then(
    (found) => found.size,
    () => {
      throw new Unreadable('the file cannot be read');
    },
  );
  if (size > limit) throw new Unreadable(`the file is larger than ${Math.round(limit / 2 ** 20)} MB`);
  const bytes = await readFile(file).catch(() => {
    throw new Unreadable('the file cannot be read');
  });
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le').slice(1);
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

/** Parsed JSON of a file; throws Unreadable. */
export async function readSourceJson(file: string, limit = datasetFileLimit): Promise<unknown> {
  const text = await readSourceText(file, limit);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Unreadable('the file is not valid JSON');
  }
}

export function linesOf(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON array, empty in place of anything else. */
export function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What tools write for "nothing": null, '', {} and []. */
export function isBlank(value: unknown): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

const unsafeKeys = new Set(['__proto__', 'constructor', 'prototype']);
const deepestExtra = 32;

/** A copy without keys that reach into prototypes and without what JSON cannot hold. */
function harmless(value: unknown, depth: number): unknown {
  if (depth > deepestExtra) return null;
  if (Array.isArray(value)) return value.map((item) => harmless(item, depth + 1));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([key]) => !unsafeKeys.has(key));
  return Object.fromEntries(entries.map(([key, item]) => [key, harmless(item, depth + 1)]));
}

/** The keys of `record` that are not in `known`, safe to keep; undefined where there are none. */
export function extraOf(
  record: Record<string, unknown>,
  known: ReadonlySet<string>,
): Record<string, unknown> | undefined {
  const entries = Object.entries(record).filter(([key]) => !known.has(key) && !unsafeKeys.has(key));
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([key, item]) => [key, harmless(item, 0)]));
}

/** A class name as it is kept: NFC, one line, no blanks around it. */
export function cleanName(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
  const blank = /[\u0000-\u001f\u007f\ufffe\uffff\s]+/g;
  return String(value).normalize('NFC').replace(blank, ' ').trim();
}

const numberText = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/** The number a text states, NaN for anything else (also for '' and '0x1'). */
export function numberOf(text: unknown): number {
  if (typeof text === 'number') return text;
  return typeof text === 'string' && numberText.test(text.trim()) ? Number(text) : Number.NaN;
}
