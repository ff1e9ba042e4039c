// The lists of a JSON file, read and parsed piece by piece: a file of any size holds up nobody for long.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { datasetFileLimit, isRecord, readSourceJson, Unreadable } from './source-text.ts';

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openList, closeList, openRecord, closeRecord] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Bytes that are read, and about as many that are parsed, in one go. */
const usualPiece = 256 * 1024;

/** Elements of the lists under these keys of a file's record; the key '' is the file itself where that is a list. */
export async function readLists(
  file: string,
  keys: readonly string[],
  pieceBytes = usualPiece,
): Promise<Map<string, unknown[]>> {
  const found = await stat(file).catch(() => undefined);
  if (!found) throw new Unreadable('the file cannot be read');
  if (found.size > datasetFileLimit)
    throw new Unreadable(`the file is larger than ${Math.round(datasetFileLimit / 2 ** 20)} MB`);
  const scan = new ListScan(keys, pieceBytes);
  try {
    for await (const piece of createReadStream(file, { highWaterMark: pieceBytes })) {
      // two bytes a character, with a mark
      if (scan.isFresh && (piece as Buffer)[0] === 0xff) return listsOf(await readSourceJson(file), keys);
      scan.take(piece as Buffer);
    }
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable('the file cannot be read');
  }
  return scan.end();
}

function listsOf(json: unknown, keys: readonly string[]): Map<string, unknown[]> {
  const lists = new Map<string, unknown[]>();
  for (const key of keys) {
    const value = key === '' ? json : isRecord(json) ? json[key] : undefined;
    if (Array.isArray(value)) lists.set(key, value);
  }
  return lists;
}

class ListScan {
  isFresh = true;
  readonly #keys: ReadonlySet<string>;
  readonly #pieceBytes: number;
  readonly #lists = new Map<string, unknown[]>();
  #depth = 0;
  #isClosed = false;
  #inString = false;
  #isEscaped = false;
  /** Bytes of the key, or of elements, that came in earlier pieces. */
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #key = '';
  /** The list that elements are collected of, and the depth of its brackets. */
  #list: unknown[] | undefined;
  #listDepth = 0;

  constructor(keys: readonly string[], pieceBytes: number) {
    this.#keys = new Set(keys);
    this.#pieceBytes = pieceBytes;
  }

  take(piece: Buffer): void {
    this.isFresh = false;
    /** Where what is collected begins in this piece. */
    let from = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at];
      if (this.#inString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === backslash) this.#isEscaped = true;
        else if (byte === quote) {
          this.#inString = false;
          if (this.#isAtKeys) this.#key = this.#text(piece.subarray(from, at));
        }
      } else if (byte === quote) {
        this.#inString = true;
        if (this.#isAtKeys) from = this.#begin(at + 1);
      } else if (byte === openList || byte === openRecord) {
        this.#depth++;
        if (byte === openList && this.#opens()) from = this.#begin(at + 1);
      } else if (byte === closeList || byte === closeRecord) {
        if (this.#list && this.#depth === this.#listDepth) {
          this.#flush(piece.subarray(from, at));
          this.#list = undefined;
        }
        this.#depth--;
        this.#isClosed ||= this.#depth === 0;
      } else if (byte === comma && this.#list && this.#depth === this.#listDepth) {
        if (this.#keptBytes + at - from < this.#pieceBytes) continue;
        this.#flush(piece.subarray(from, at));
        from = at + 1;
      }
    }
    if (this.#list || (this.#inString && this.#isAtKeys)) this.#keep(piece.subarray(from));
  }

  /** The lists, once all of the file was taken. */
  end(): Map<string, unknown[]> {
    if (!this.#isClosed || this.#depth !== 0 || this.#inString)
      throw new Unreadable('the file is not valid JSON');
    return this.#lists;
  }

  /** In the file's own record, where strings are keys, or values that no list follows. */
  get #isAtKeys(): boolean {
    return this.#depth === 1 && !this.#list;
  }

  /** Whether the bracket just passed opens a list that is wanted. */
  #opens(): boolean {
    if (this.#list) return false;
    const key = this.#depth === 1 ? '' : this.#key;
    if (this.#depth > 2 || !this.#keys.has(key)) return false;
    this.#list = [];
    this.#listDepth = this.#depth;
    this.#lists.set(key, this.#list);
    return true;
  }

  #begin(at: number): number {
    this.#kept = [];
    this.#keptBytes = 0;
    return at;
  }

  #keep(part: Buffer): void {
    this.#kept.push(part);
    this.#keptBytes += part.length;
  }

  #text(last: Buffer): string {
    const text = Buffer.concat([...this.#kept, last]).toString('utf8');
    this.#begin(0);
    return text;
  }

  #flush(last: Buffer): void {
    try {
      for (const element of JSON.parse(`[${this.#text(last)}]`) as unknown[]) this.#list?.push(element);
    } catch {
      throw new Unreadable('the file is not valid JSON');
    }
  }
}
