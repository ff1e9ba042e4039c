// What the user keeps over all projects: the keys, and how images are shown.
import type { KeySettings, ViewSettings } from '../../shared/contract/settings.ts';
import { Keymap } from '../labeling/keymap.ts';
import { app } from './app.svelte.ts';

const QUIET_MS = 400;
/** Who has drawn so many boxes knows how. */
const HINTED_BOXES = 3;

class Settings {
  keymap = $state.raw(new Keymap());
  view = $state.raw<ViewSettings>({ brightness: 1, contrast: 1, boxOpacity: 1, showLabels: true });
  #drawn = $state(HINTED_BOXES);
  #timer: ReturnType<typeof setTimeout> | undefined;

  async load(): Promise<void> {
    const { keys, view, drawn } = await app.client.settings.read();
    this.keymap = new Keymap(keys);
    this.view = view;
    this.#drawn = drawn;
  }

  /** True for who has not drawn enough boxes yet to know how. */
  get isBeginner(): boolean {
    return this.#drawn < HINTED_BOXES;
  }

  /** A box was drawn by hand. */
  async countDrawn(): Promise<void> {
    if (!this.isBeginner) return;
    this.#drawn += 1;
    await app.attempt(() => app.client.settings.write({ drawn: this.#drawn }));
  }

  async setKeys(keys: KeySettings): Promise<void> {
    this.keymap = new Keymap(keys);
    await app.attempt(() => app.client.settings.write({ keys }));
  }

  /** Shown at once, kept when the hand rests. */
  setView(change: Partial<ViewSettings>): void {
    this.view = { ...this.view, ...change };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => void app.attempt(() => app.client.settings.write({ view: this.view })),
      QUIET_MS,
    );
  }
}

export const settings = new Settings();
