// Sends the gestures of one image one after the other: each names the revision the one before it left. New boxes bear
// temporary ids until their answer comes; later gestures on them wait for it by standing in line. Where another window
// was faster, what stands is read and the gestures in line are made to fit it. Where the backend is away they wait for it,
// where nothing can be stored for now, until `retry`. One that is refused goes, and with it what needs it.
import type { SavedGesture } from '../../shared/contract.ts';
import { applied, type EditorBox, type EditorGesture, withoutBoxes } from './gesture.ts';
import { overtaken } from './overtaken.ts';
import { storedIds } from './stored.ts';

/**
 * Why a request failed. `away`: the backend cannot be reached, or has another project open. `overtaken`: drawn on older
 * labels. `refused`: never to be stored. `stuck`: may be stored later, once a disk has room again.
 */
export type Fault = 'away' | 'overtaken' | 'refused' | 'stuck';

export interface SaverHooks {
  send(revision: number, gesture: EditorGesture): Promise<SavedGesture>;
  faultOf(error: unknown): Fault;
  /** Resolves once the backend can be reached again, with the project of the image open. */
  reachable(): Promise<void>;
  /** What stands now. */
  read(): Promise<{ readonly revision: number; readonly boxes: readonly EditorBox[] }>;
  /** A new box was stored under `id`. */
  onId(temporary: number, id: number): void;
  /** How many gestures are under way, or the image's state changed. */
  onProgress(saver: Saver): void;
  /** Another window changed the image too; this one's gestures were fitted to that. */
  onOvertaken(): void;
  /** A gesture was refused; `dropped` counts it and those that cannot be without it. */
  onRefused(error: unknown, dropped: number): void;
  /** Nothing can be stored for now. */
  onStuck(error: unknown): void;
}

/** Gestures that are not stored yet, as they outlive their page. */
export interface KeptLine {
  readonly revision: number;
  readonly gestures: readonly EditorGesture[];
  /** Temporary ids and the lasting ones they became. */
  readonly ids: readonly (readonly [temporary: number, id: number])[];
}

/** Another window may be faster again, but not for ever. */
const MOST_TRIES = 8;

export class Saver {
  readonly #hooks: SaverHooks;
  readonly #ids: Map<number, number>;
  #queue: readonly EditorGesture[];
  #working: Promise<void> | undefined;
  #tries = 0;
  /** The answer did not come: the first gesture in line may be stored already. */
  #unsure: boolean;
  /** The gestures in line have to be fitted to what stands. */
  #stale = false;
  #stuck = false;
  #wasOvertaken = false;
  revision: number;

  /** `kept` is what an earlier page could not store. */
  constructor(revision: number, hooks: SaverHooks, kept?: KeptLine) {
    this.revision = kept?.revision ?? revision;
    this.#hooks = hooks;
    this.#ids = new Map(kept?.ids);
    this.#queue = kept?.gestures ?? [];
    this.#unsure = this.#queue.length > 0;
    if (this.#unsure) this.#begin();
  }

  /** Gestures that are not stored yet. */
  get pending(): number {
    return this.#queue.length;
  }

  get stuck(): boolean {
    return this.#stuck;
  }

  get line(): KeptLine {
    return { revision: this.revision, gestures: this.#queue, ids: [...this.#ids] };
  }

  push(gesture: EditorGesture): void {
    this.#queue = [...this.#queue, gesture];
    this.#hooks.onProgress(this);
    this.#begin();
  }

  /** Resolves when everything pushed so far is stored or refused, or cannot be stored for now. */
  async settled(): Promise<void> {
    await this.#working;
  }

  /** Tries again to store what could not be. */
  retry(): void {
    this.#stuck = false;
    this.#begin();
  }

  /** Gives up what is not stored. */
  drop(): void {
    this.#queue = [];
    this.#stuck = false;
    this.#hooks.onProgress(this);
  }

  /** The boxes that were read, with what is not stored yet done to them. */
  over(boxes: readonly EditorBox[]): readonly EditorBox[] {
    return this.#queue.reduce((now, gesture) => applied(this.#named(gesture), now), boxes);
  }

  #begin(): void {
    if (!this.#stuck) this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    for (let next = this.#queue[0]; next && !this.#stuck; next = this.#queue[0]) {
      try {
        await this.#advance(next);
      } catch (error) {
        await this.#heed(error);
      }
      this.#hooks.onProgress(this);
    }
    this.#working = undefined;
    if (!this.#wasOvertaken || this.#stuck) return;
    this.#wasOvertaken = false;
    this.#hooks.onOvertaken();
  }

  /** Stores the first gesture in line, or makes the line fit what stands. */
  async #advance(first: EditorGesture): Promise<void> {
    if (this.#stale) return await this.#fit();
    const gesture = this.#named(first);
    if (!(await this.#arrived(gesture))) await this.#store(gesture);
    this.#tries = 0;
    this.#queue = this.#queue.filter((one) => one !== first);
  }

  async #heed(error: unknown): Promise<void> {
    const fault = this.#hooks.faultOf(error);
    if (fault === 'away') {
      this.#unsure = true;
      await this.#hooks.reachable();
    } else if (fault === 'stuck') {
      this.#unsure = true;
      this.#stuck = true;
      this.#hooks.onStuck(error);
    } else if (fault === 'overtaken' && this.#tries < MOST_TRIES) {
      this.#tries += 1;
      this.#stale = true;
    } else this.#refuse(error);
  }

  /** The first in line goes, and what was done to boxes that it would have made. */
  #refuse(error: unknown): void {
    const [refused, ...rest] = this.#queue;
    const unmade = new Set(refused?.put.map(({ id }) => id).filter((id) => id < 0 && !this.#ids.has(id)));
    const before = this.#queue.length;
    this.#queue = rest.flatMap((gesture) => withoutBoxes(gesture, unmade) ?? []);
    this.#tries = 0;
    this.#hooks.onRefused(error, before - this.#queue.length);
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
    this.#stale = false;
    this.#wasOvertaken = true;
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
