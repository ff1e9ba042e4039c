// The zip files torch.save writes: entries found by the central directory and read one at a time, zip64 included.
import { inflateRawSync } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { crc32 } from './crc32.ts';
import { Malformed } from './malformed.ts';

interface Entry {
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

interface Directory {
  readonly count: number;
  readonly offset: number;
  readonly size: number;
}

// torch.save never compresses; a file zipped again by hand may be, within reason.
const mostInflated = 512 * 2 ** 20;
const mostEntries = 1_000_000;
const mostDirectory = 256 * 2 ** 20;

export class ZipArchive {
  readonly #source: ByteSource;
  readonly #entries: ReadonlyMap<string, Entry>;

  /** Reads the directory; throws Malformed. */
  constructor(source: ByteSource) {
    this.#source = source;
    this.#entries = readDirectory(source, findDirectory(source));
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The content of an entry, its checksum verified. */
  read(name: string): Uint8Array<ArrayBuffer> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Malformed(`it has no part ${name}`);
    const bytes = unpack(name, entry, this.#source.read(dataStart(this.#source, entry), entry.packed));
    if (bytes.length !== entry.size || crc32(bytes) !== entry.crc)
      throw new Malformed(`its part ${name} is damaged`);
    return bytes;
  }
}

function unpack(name: string, entry: Entry, packed: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (entry.method === 0) return packed;
  if (entry.method !== 8) throw new Malformed(`its part ${name} is compressed in an unknown way`);
  if (entry.size > mostInflated) throw new Malformed(`its part ${name} is compressed and too large`);
  try {
    return new Uint8Array(inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.size) }));
  } catch {
    throw new Malformed(`its part ${name} is damaged`);
  }
}

function dataStart(source: ByteSource, { offset }: Entry): number {
  const header = viewOf(source.read(offset, 30));
  if (header.getUint32(0, true) !== 0x04034b50) throw new Malformed('its zip directory is damaged');
  return offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
}

/** The end record lies in the last 64 KiB, behind nothing but a comment. */
function findDirectory(source: ByteSource): Directory {
  const tailStart = Math.max(0, source.size - 65557);
  const tail = viewOf(source.read(tailStart, source.size - tailStart));
  for (let at = tail.byteLength - 22; at >= 0; at--) {
    if (tail.getUint32(at, true) !== 0x06054b50) continue;
    const directory = {
      count: tail.getUint16(at + 10, true),
      size: tail.getUint32(at + 12, true),
      offset: tail.getUint32(at + 16, true),
    };
    const large =
      directory.count === 0xffff || directory.size === 0xffffffff || directory.offset === 0xffffffff;
    return large ? zip64Directory(source, tailStart + at) : directory;
  }
  throw new Malformed('its end is missing, as if a download or copy had stopped early');
}

function zip64Directory(source: ByteSource, endRecord: number): Directory {
  const locator = viewOf(source.read(endRecord - 20, 20));
  if (locator.getUint32(0, true) !== 0x07064b50) throw new Malformed('its zip directory is damaged');
  const record = viewOf(source.read(uint64(locator, 8), 56));
  if (record.getUint32(0, true) !== 0x06064b50) throw new Malformed('its zip directory is damaged');
  return { count: uint64(record, 32), size: uint64(record, 40), offset: uint64(record, 48) };
}

function readDirectory(source: ByteSource, { count, offset, size }: Directory): Map<string, Entry> {
  if (count > mostEntries || size > mostDirectory) throw new Malformed('its zip directory is damaged');
  const bytes = source.read(offset, size);
  const view = viewOf(bytes);
  const entries = new Map<string, Entry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || view.getUint32(at, true) !== 0x02014b50)
      throw new Malformed('its zip directory is damaged');
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    if (extraEnd > size) throw new Malformed('its zip directory is damaged');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
    entries.set(name, readEntry(view, at, nameEnd, extraEnd));
    at = extraEnd + view.getUint16(at + 32, true);
  }
  return entries;
}

function readEntry(view: DataView, at: number, extraStart: number, extraEnd: number): Entry {
  if (view.getUint16(at + 8, true) & 1) throw new Malformed('it is encrypted');
  const wide = zip64Fields(view, extraStart, extraEnd);
  // The zip64 extra holds, in this order, only those numbers that are all ones in the record itself.
  const wideIf = (value: number) => (value === 0xffffffff ? (wide.shift() ?? value) : value);
  const size = wideIf(view.getUint32(at + 24, true));
  const packed = wideIf(view.getUint32(at + 20, true));
  const offset = wideIf(view.getUint32(at + 42, true));
  return { method: view.getUint16(at + 10, true), crc: view.getUint32(at + 16, true), packed, size, offset };
}

function zip64Fields(view: DataView, start: number, end: number): number[] {
  for (let at = start; at + 4 <= end; ) {
    const length = view.getUint16(at + 2, true);
    if (at + 4 + length > end) break;
    if (view.getUint16(at, true) === 1) {
      return Array.from({ length: Math.floor(length / 8) }, (_, i) => uint64(view, at + 4 + i * 8));
    }
    at += 4 + length;
  }
  return [];
}

function uint64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
