// Reads a byte stream forward through a window, so that the pickles before a legacy file's gigabytes cost only themselves.
import type { ByteSource } from './byte-source.ts';
import { Malformed } from './malformed.ts';

const windowBytes = 1 << 16;
const longestLine = 4096;

export class PickleCursor {
  readonly #source: ByteSource;
  #window = new Uint8Array(0);
  #windowStart: number;
  #at: number;

  constructor(source: ByteSource, offset = 0) {
    this.#source = source;
    this.#windowStart = offset;
    this.#at = 0;
  }

  /** Bytes from the start of the source. */
  get position(): number {
    return this.#windowStart + this.#at;
  }

  byte(): number {
    if (this.#at >= this.#window.length) this.#refill(1);
    const value = this.#window[this.#at];
    this.#at += 1;
    return value ?? 0;
  }

  /** The next `length` bytes; valid until the next call. */
  take(length: number): Uint8Array {
    if (length > this.#source.size - this.position) throw new Malformed('it is cut short');
    if (this.#at + length > this.#window.length) this.#refill(length);
    const bytes = this.#window.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }

  view(length: number): DataView {
    const bytes = this.take(length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  uint32(): number {
    return this.view(4).getUint32(0, true);
  }

  /** An unsigned 64-bit length; one beyond 2^53 is malformed. */
  uint64(): number {
    const value = Number(this.view(8).getBigUint64(0, true));
    if (!Number.isSafeInteger(value)) throw new Malformed('it holds an impossible length');
    return value;
  }

  /** UTF-8 text of `length` bytes; lone surrogates, which Python can write, come out as replacement characters. */
  text(length: number): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.take(length));
  }

  /** Text up to the next newline, which is skipped. */
  line(): string {
    const bytes: number[] = [];
    for (let value = this.byte(); value !== 10; value = this.byte()) {
      if (bytes.length >= longestLine) throw new Malformed('it is not a pickle');
      bytes.push(value);
    }
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
  }

  #refill(atLeast: number): void {
    const start = this.position;
    const available = this.#source.size - start;
    if (available < atLeast) throw new Malformed('it is cut short');
    this.#window = this.#source.read(start, Math.min(available, Math.max(atLeast, windowBytes)));
    this.#windowStart = start;
    this.#at = 0;
  }
}
