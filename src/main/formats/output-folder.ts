// The folder of one export: its files, and copies of images as far as those are there.
import { access, copyFile, mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Characters that are written in one go. */
const atOnce = 65_536;

export class OutputFolder {
  readonly #dir: string;
  readonly #signal: AbortSignal | undefined;
  /** Images that were to be copied and cannot be read. */
  readonly missing: string[] = [];

  constructor(dir: string, signal?: AbortSignal) {
    this.#dir = dir;
    this.#signal = signal;
  }

  /** Writes a text; one in parts as they come, so that a long one holds up nobody. */
  async text(name: string, text: string | Iterable<string>): Promise<void> {
    const file = await this.#place(name);
    if (typeof text === 'string') await writeFile(file, text);
    else await this.#parts(file, text);
  }

  async #parts(file: string, parts: Iterable<string>): Promise<void> {
    const handle = await open(file, 'w');
    try {
      let kept = '';
      for (const part of parts) {
        kept += part;
        if (kept.length < atOnce) continue;
        this.#signal?.throwIfAborted();
        await handle.appendFile(kept);
        kept = '';
      }
      await handle.appendFile(kept);
    } finally {
      await handle.close();
    }
  }

  async copy(name: string, source: string): Promise<void> {
    const file = await this.#place(name);
    try {
      await copyFile(source, file);
    } catch (error) {
      const isThere = await access(source).then(
        () => true,
        () => false,
      );
      // what cannot be written is another matter than what cannot be read
      if (isThere) throw error;
      this.missing.push(source);
    }
  }

  /** Where a file goes; its folder is made. */
  async #place(name: string): Promise<string> {
    this.#signal?.throwIfAborted();
    const file = join(this.#dir, name);
    await mkdir(dirname(file), { recursive: true });
    return file;
  }
}
