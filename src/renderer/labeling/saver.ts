// Sends the gestures of one image one after the other: each names the revision the one before it left. New boxes bear
// temporary ids until their answer comes; later gestures on them wait for it by standing in line.
import type { SavedGesture } from '../../shared/contract.ts';
import type { EditorGesture } from './gesture.ts';

export interface SaverHooks {
  send(revision: number, gesture: EditorGesture): Promise<SavedGesture>;
  /** A new box was stored under `id`. */
  onId(temporary: number, id: number): void;
  /** How many gestures are under way, or the image's state changed. */
  onProgress(saver: Saver): void;
  /** A gesture was refused, and with it those behind it. */
  onTrouble(error: unknown, lost: number): void;
}

export class Saver {
  readonly #hooks: SaverHooks;
  readonly #ids = new Map<number, number>();
  #queue: EditorGesture[] = [];
  #working: Promise<void> | undefined;
  revision: number;

  constructor(revision: number, hooks: SaverHooks) {
    this.revision = revision;
    this.#hooks = hooks;
  }

  /** Gestures that are not stored yet. */
  get pending(): number {
    return this.#queue.length;
  }

  push(gesture: EditorGesture): void {
    this.#queue.push(gesture);
    this.#hooks.onProgress(this);
    this.#working ??= this.#work();
  }

  /** Resolves when everything pushed so far is stored or refused. */
  async settled(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      try {
        await this.#store(next);
        this.#queue.shift();
      } catch (error) {
        const lost = this.#queue.length;
        this.#queue = [];
        this.#hooks.onTrouble(error, lost);
      }
      this.#hooks.onProgress(this);
    }
    this.#working = undefined;
  }

  async #store(gesture: EditorGesture): Promise<void> {
    const put = gesture.put.map((box) => ({ ...box, id: this.#ids.get(box.id) ?? box.id }));
    const remove = gesture.remove.map((id) => this.#ids.get(id) ?? id);
    const saved = await this.#hooks.send(this.revision, { name: gesture.name, put, remove });
    this.revision = saved.revision;
    put.forEach((box, index) => {
      const id = saved.boxes[index]?.id;
      if (box.id >= 0 || id === undefined) return;
      this.#ids.set(box.id, id);
      this.#hooks.onId(box.id, id);
    });
  }
}
