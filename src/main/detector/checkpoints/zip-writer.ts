// Writes an uncompressed zip as torch.save does: every entry's data at a multiple of 64 bytes, so that it can be mapped.
import { crc32 } from './crc32.ts';

const alignment = 64;
// Bit 11: names are UTF-8.
const flags = 0x0800;
// 1 January 1980, the first date zip knows: the same content gives the same bytes.
const date = 0x0021;

interface Written {
  readonly name: Uint8Array;
  readonly size: number;
  readonly crc: number;
  readonly offset: number;
}

export class ZipWriter {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #entries: Written[] = [];
  #at = 0;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  add(path: string, content: Uint8Array): void {
    const name = new TextEncoder().encode(path);
    const entry = { name, size: content.length, crc: crc32(content), offset: this.#at };
    this.#entries.push(entry);
    this.#emit(localHeader(entry));
    this.#emit(content);
  }

  /** Writes the directory. The whole must stay below 4 GiB. */
  finish(): void {
    const start = this.#at;
    for (const entry of this.#entries) this.#emit(directoryEntry(entry));
    this.#emit(endRecord(this.#entries.length, start, this.#at - start));
  }

  #emit(bytes: Uint8Array): void {
    this.#write(bytes);
    this.#at += bytes.length;
  }
}

function localHeader(entry: Written): Uint8Array {
  const bare = entry.offset + 30 + entry.name.length + 4;
  const padding = (alignment - (bare % alignment)) % alignment;
  const header = new Uint8Array(30 + entry.name.length + 4 + padding);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x04034b50, true);
  view.setUint16(4, 20, true);
  writeFacts(view, 6, entry);
  view.setUint16(28, 4 + padding, true);
  header.set(entry.name, 30);
  // The extra field "FB" is PyTorch's own for padding.
  header.set([0x46, 0x42], 30 + entry.name.length);
  view.setUint16(32 + entry.name.length, padding, true);
  return header;
}

function directoryEntry(entry: Written): Uint8Array {
  const record = new Uint8Array(46 + entry.name.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, 20, true);
  view.setUint16(6, 20, true);
  writeFacts(view, 8, entry);
  view.setUint32(42, entry.offset, true);
  record.set(entry.name, 46);
  return record;
}

/** The fields that both headers share: flags, method, time, date, crc, sizes, name length. */
function writeFacts(view: DataView, at: number, entry: Written): void {
  view.setUint16(at, flags, true);
  view.setUint16(at + 6, date, true);
  view.setUint32(at + 8, entry.crc, true);
  view.setUint32(at + 12, entry.size, true);
  view.setUint32(at + 16, entry.size, true);
  view.setUint16(at + 20, entry.name.length, true);
}

function endRecord(count: number, start: number, size: number): Uint8Array {
  const record = new Uint8Array(22);
  const view = new DataView(record.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, size, true);
  view.setUint32(16, start, true);
  return record;
}
