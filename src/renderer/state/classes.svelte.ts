// The classes of the project, with how often each is used.
import type { CountedClass, Notice } from '../../shared/contract.ts';
import { app } from './app.svelte.ts';

/** Counting boxes takes a while in a large project, so it waits until the hand rests. */
const QUIET_MS = 1200;

class Classes {
  #timer: ReturnType<typeof setTimeout> | undefined;
  list = $state.raw<readonly CountedClass[]>([]);
  readonly byId = $derived(new Map(this.list.map((label) => [label.id, label])));

  async load(): Promise<void> {
    this.list = await app.client.classes.list();
  }

  async add(name: string): Promise<number | undefined> {
    const label = await app.attempt(() => app.client.classes.add({ name }));
    if (label) await this.load();
    return label?.id;
  }

  async rename(id: number, name: string): Promise<void> {
    if (name.trim() !== '' && this.byId.get(id)?.name !== name)
      await app.attempt(() => app.client.classes.rename({ id, name }));
  }

  async recolour(id: number, colour: string): Promise<void> {
    await app.attempt(() => app.client.classes.recolour({ id, colour }));
  }

  async remove(id: number): Promise<void> {
    const label = this.byId.get(id);
    await app.attempt(() => app.client.classes.remove({ id }));
    if (label) app.say(`"${label.name}" and its ${label.boxes} boxes are gone; Ctrl+Z brings them back.`);
  }

  hear(notice: Notice): void {
    if (notice.type === 'classes') void app.attempt(() => this.load());
    if (notice.type !== 'labels') return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void app.attempt(() => this.load()), QUIET_MS);
  }
}

export const classes = new Classes();
