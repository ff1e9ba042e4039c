// The classes of the project, with how often each is used.
import type { CountedClass, Notice } from '../../shared/contract.ts';
import { troubleWords } from '../failures.ts';
import type { Action } from '../labeling/actions.ts';
import { classKeys } from '../labeling/class-keys.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { labels } from './labels.svelte.ts';
import { outbox } from './outbox.svelte.ts';
import { settings } from './settings.svelte.ts';

/** Counting boxes takes a while in a large project, so it waits until the hand rests. */
const QUIET_MS = 1200;

/** What a key does besides giving a class. */
export function actionOfKey(key: string): Action | undefined {
  const bare = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  return settings.keymap.actionFor({ key, ...bare });
}

class Classes {
  #timer: ReturnType<typeof setTimeout> | undefined;
  list = $state.raw<readonly CountedClass[]>([]);
  readonly byId = $derived(new Map(this.list.map((label) => [label.id, label])));
  /** Key -> class. */
  readonly byKey = $derived(classKeys(this.list, (key) => actionOfKey(key) !== undefined));
  readonly #keys = $derived(new Map([...this.byKey].map(([key, id]) => [id, key])));

  async load(): Promise<void> {
    this.list = await app.client.classes.list();
  }

  async add(name: string): Promise<number | undefined> {
    const project = projectId();
    const label = await app.attempt(() => app.client.classes.add({ project, name }));
    if (label) await this.load();
    if (label) this.#tellOfTwin(label.id);
    return label?.id;
  }

  /** Gives a class another name; says why where it is refused. */
  async rename(id: number, name: string): Promise<string | undefined> {
    const project = projectId();
    if (name.trim() === '' || this.byId.get(id)?.name === name) return undefined;
    try {
      await app.client.classes.rename({ project, id, name });
      await this.load();
    } catch (error) {
      return troubleWords(error);
    }
    this.#tellOfTwin(id);
    return undefined;
  }

  /** Names that differ in capitals only are allowed, and mostly a slip. */
  #tellOfTwin(id: number): void {
    const name = this.byId.get(id)?.name ?? '';
    const isTwin = (other: CountedClass) =>
      other.id !== id && other.name.toLowerCase() === name.toLowerCase();
    const twin = this.list.find(isTwin)?.name;
    if (twin !== undefined)
      app.say(t('"{name}" differs from the class "{twin}" in capitals only.', { name, twin }));
  }

  async recolour(id: number, colour: string): Promise<void> {
    const project = projectId();
    await app.attempt(() => app.client.classes.recolour({ project, id, colour }));
  }

  /** The key that gives a class; empty where it has none. */
  keyOf(id: number): string {
    return this.#keys.get(id) ?? '';
  }

  /** Gives a class a key of its own; null: its place in the list. */
  async setKey(id: number, key: string | null): Promise<boolean> {
    const project = projectId();
    return (
      (await app.attempt(() => app.client.classes.setKey({ project, id, key }).then(() => true))) ?? false
    );
  }

  /** Moves a class to a place of the list; places are counted from 0. */
  async place(id: number, index: number): Promise<void> {
    const rest = this.list.map((label) => label.id).filter((other) => other !== id);
    if (index < 0 || index > rest.length) return;
    const project = projectId();
    const ids = [...rest.slice(0, index), id, ...rest.slice(index)];
    await app.attempt(() => app.client.classes.reorder({ project, ids }));
    await app.attempt(() => this.load());
  }

  /** Gives all boxes of a class to another. */
  async merge(from: number, into: number): Promise<void> {
    const project = projectId();
    const [was, is] = [this.byId.get(from), this.byId.get(into)];
    if (!(await outbox.settled())) return;
    const done = await app.attempt(() => app.client.classes.merge({ project, from, into }));
    const { editor } = labels;
    if (done && editor.classId === from) editor.classId = into;
    if (done) await this.#reread();
    if (done && was && is)
      app.say(
        t(
          '{count, plural, one {# box of "{was}" is} other {# boxes of "{was}" are}} "{is}" now; Ctrl+Z parts them again.',
          {
            count: was.boxes,
            was: was.name,
            is: is.name,
          },
        ),
      );
  }

  async remove(id: number): Promise<void> {
    const project = projectId();
    const label = this.byId.get(id);
    if (!(await outbox.settled())) return;
    const done = await app.attempt(() => app.client.classes.remove({ project, id }));
    if (done) await this.#reread();
    if (done && label)
      app.say(
        t(
          '"{name}" and its {count, plural, one {# box} other {# boxes}} are gone; images without another box are in progress again. Ctrl+Z brings them back.',
          {
            name: label.name,
            count: label.boxes,
          },
        ),
      );
  }

  async #reread(): Promise<void> {
    await Promise.all([app.attempt(() => this.load()), labels.reread()]);
  }

  hear(notice: Notice): void {
    if (notice.type === 'classes') void app.attempt(() => this.load());
    if (notice.type !== 'labels') return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void app.attempt(() => this.load()), QUIET_MS);
  }
}

/** The project that a change is meant for. */
function projectId(): string {
  return app.project?.id ?? '';
}

export const classes = new Classes();
