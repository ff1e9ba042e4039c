// Sends the gestures of one image one after the other: each names the revision the one before it left. New boxes bear
// temporary ids until their answer comes; later gestures on them wait for it by standing in line. Where another window
// was faster, what stands is read and the gestures in line are made to fit it. Where the connection is lost they wait.
import type { SavedGesture } from '../../shared/contract.ts';
import type { EditorBox, EditorGesture } from './gesture.ts';
import { overtaken } from './overtaken.ts';
import { storedIds } from './stored.ts';

export interface SaverHooks {
  send(revision: number, gesture: EditorGesture): Promise<SavedGesture>;
  /** True for the refusal of a gesture that was drawn on older labels. */
  isConflict(error: unknown): boolean;
  /** True while the backend cannot be reached. */
  isLost(): boolean;
  /** Resolves once the backend can be reached again. */
  connected(): Promise<void>;
  /** What stands now. */
  read(): Promise<{ readonly revision: number; readonly boxes: readonly EditorBox[] }>;
  /** A new box was stored under `id`. */
  onId(temporary: number, id: number): void;
  /** How many gestures are under way, or the image's state changed. */
  onProgress(saver: Saver): void;
  /** Another window changed the image too; this one's gestures were fitted to that. */
  onOvertaken(): void;
  /** A gesture was refused, and with it those behind it. */
  onTrouble(error: unknown, lost: number): void;
}

/** Another window may be faster again, but not for ever. */
const MOST_TRIES = 8;

export class Saver {
  readonly #hooks: SaverHooks;
  readonly #ids = new Map<number, number>();
  #queue: EditorGesture[] = [];
  #working: Promise<void> | undefined;
  #tries = 0;
  /** The connection was lost before the answer came: the first gesture in line may be stored already. */
  #unsure = false;
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
    let wasOvertaken = false;
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      try {
        const outcome = await this.#stored(this.#named(next));
        if (outcome === 'stored') this.#queue.shift();
        if (outcome === 'fitted') wasOvertaken = true;
      } catch (error) {
        const lost = this.#queue.length;
        this.#queue = [];
        this.#hooks.onTrouble(error, lost);
      }
      this.#hooks.onProgress(this);
    }
    this.#working = undefined;
    if (wasOvertaken) this.#hooks.onOvertaken();
  }

  /** `fitted` where the gestures in line had to give way to what another window did, `again` after a lost connection. */
  async #stored(gesture: EditorGesture): Promise<'stored' | 'fitted' | 'again'> {
    try {
      if (!(await this.#arrived(gesture))) await this.#store(gesture);
      this.#tries = 0;
      return 'stored';
    } catch (error) {
      if (this.#hooks.isLost()) {
        this.#unsure = true;
        await this.#hooks.connected();
        return 'again';
      }
      this.#tries += 1;
      if (!this.#hooks.isConflict(error) || this.#tries > MOST_TRIES) throw error;
      await this.#fit();
      return 'fitted';
    }
  }

  /** True where a gesture whose answer was lost is found stored, so that it is not stored twice. */
  async #arrived(gesture: EditorGesture): Promise<boolean> {
    if (!this.#unsure) return false;
    const { revision, boxes } = await this.#hooks.read();
    this.#unsure = false;
    if (revision === this.revision) return false;
    const ids = storedIds(gesture, boxes, new Set(this.#ids.values()));
    if (!ids) return false;
    this.revision = revision;
    this.#adopt(gesture, ids);
    return true;
  }

  async #fit(): Promise<void> {
    const { revision, boxes } = await this.#hooks.read();
    this.revision = revision;
    // gestures that came in meanwhile are fitted too
    this.#queue = this.#queue.flatMap((gesture) => overtaken(this.#named(gesture), boxes) ?? []);
  }

  /** The gesture with lasting ids where they are known. */
  #named({ name, put, remove }: EditorGesture): EditorGesture {
    return {
      name,
      put: put.map((box) => ({ ...box, id: this.#ids.get(box.id) ?? box.id })),
      remove: remove.map((id) => this.#ids.get(id) ?? id),
    };
  }

  async #store(gesture: EditorGesture): Promise<void> {
    const saved = await this.#hooks.send(this.revision, gesture);
    this.revision = saved.revision;
    this.#adopt(
      gesture,
      saved.boxes.map((box) => box.id),
    );
  }

  #adopt(gesture: EditorGesture, ids: readonly number[]): void {
    gesture.put.forEach((box, index) => {
      const id = ids[index];
      if (box.id >= 0 || id === undefined) return;
      this.#ids.set(box.id, id);
      this.#hooks.onId(box.id, id);
    });
  }
}
