// The folder of one export: its files, and copies of images as far as those are there.
import { access, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export class OutputFolder {
  readonly #dir: string;
  readonly #signal: AbortSignal | undefined;
  /** Images that were to be copied and cannot be read. */
  readonly missing: string[] = [];

  constructor(dir: string, signal?: AbortSignal) {
    this.#dir = dir;
    this.#signal = signal;
  }

  async text(name: string, text: string): Promise<void> {
    await writeFile(await this.#place(name), text);
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
