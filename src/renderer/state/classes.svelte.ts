// The classes of the project, with how often each is used.
import type { CountedClass, Notice } from '../../shared/contract.ts';
import { app } from './app.svelte.ts';

class Classes {
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
    if (notice.type === 'classes' || notice.type === 'labels') void app.attempt(() => this.load());
  }
}

export const classes = new Classes();
