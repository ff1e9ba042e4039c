// The files of a source: each folder is walked once and each label file looked into once, however many formats ask.
import { stat } from 'node:fs/promises';
import { filesBelow } from './image-files.ts';
import { isTelling, kindsIn, type LabelKind } from './label-files.ts';

const atOnce = 16;

export interface TreeWatch {
  readonly signal?: AbortSignal;
  /** Hears how many files were found so far, and what is done with them. */
  readonly onFiles?: (done: number, total: number) => void;
}

export class SourceTree {
  /** Folders that cannot be read. */
  readonly unread = new Set<string>();
  readonly #watch: TreeWatch;
  readonly #walks = new Map<string, Promise<readonly string[]>>();
  readonly #kinds = new Map<string, Promise<ReadonlyMap<string, readonly LabelKind[]>>>();

  constructor(watch: TreeWatch = {}) {
    this.#watch = watch;
  }

  /** All files below a folder, as `filesBelow` gives them. */
  below(folder: string): Promise<readonly string[]> {
    const known = this.#walks.get(folder);
    if (known) return known;
    const { signal, onFiles } = this.#watch;
    const walk = filesBelow(folder, signal, {
      onFound: (files) => onFiles?.(files, 0),
      onUnread: (dir) => this.unread.add(dir),
    });
    this.#walks.set(folder, walk);
    return walk;
  }

  /** A folder's files; the file itself where `source` is one. */
  async filesOf(source: string): Promise<readonly string[]> {
    return (await stat(source)).isDirectory() ? this.below(source) : [source];
  }

  /** Label files of a source that open like those of this kind. */
  async labels(source: string, kind: LabelKind): Promise<string[]> {
    const known = this.#kinds.get(source) ?? this.#lookInto(source);
    this.#kinds.set(source, known);
    return [...(await known)].flatMap(([file, kinds]) => (kinds.includes(kind) ? [file] : []));
  }

  async #lookInto(source: string): Promise<ReadonlyMap<string, readonly LabelKind[]>> {
    const { signal, onFiles } = this.#watch;
    const files = (await this.filesOf(source)).filter(isTelling);
    const found = new Map<string, readonly LabelKind[]>();
    for (let at = 0; at < files.length; at += atOnce) {
      signal?.throwIfAborted();
      const some = files.slice(at, at + atOnce);
      for (const [index, kinds] of (await Promise.all(some.map(kindsIn))).entries()) {
        if (kinds.length > 0) found.set(some[index] ?? '', kinds);
      }
      onFiles?.(at + some.length, files.length);
    }
    return found;
  }
}
