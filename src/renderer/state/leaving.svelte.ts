// The way from the open project to another: what would end on the way is told first.
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { evaluation } from './evaluation.svelte.ts';
import { glassBox } from './glass-box.svelte.ts';
import { labels } from './labels.svelte.ts';
import { modelExports } from './model-exports.svelte.ts';
import { panels } from './panels.svelte.ts';
import { suggestions } from './suggestions.svelte.ts';
import { training } from './training.svelte.ts';

class Leaving {
  #go: (() => unknown) | undefined;

  /** What goes on in the open project and would end, a sentence each. */
  readonly ends: readonly string[] = $derived([
    ...(training.live
      ? [t('A training. Paused, it keeps what it has learned; resume it the next time.')]
      : []),
    ...(suggestions.progress?.state === 'going'
      ? [t('A model looks at images. What it has found stays; the rest is left out.')]
      : []),
    ...(evaluation.going ? [t('An evaluation. It has to be begun anew.')] : []),
    ...(glassBox.progress?.state === 'going'
      ? [t('A survey of the glass box. It has to be begun anew.')]
      : []),
    ...(modelExports.task.running ? [t('An export of a model. Nothing of it is kept.')] : []),
  ]);

  /** Opens another project by `go`; asks first where something would end. */
  async to(go: () => unknown): Promise<void> {
    if (this.ends.length === 0) return this.#leave(go);
    this.#go = go;
    panels.leaving = true;
  }

  /** The project of a folder; for the one that is open nothing ends. */
  async toProject(dir: string): Promise<void> {
    if (dir === app.project?.dir) app.go('images');
    else await this.to(() => app.openProject(dir));
  }

  async confirm(): Promise<void> {
    panels.leaving = false;
    if (this.#go) await this.#leave(this.#go);
  }

  /** What was drawn is stored first, in the project that it was drawn in. */
  async #leave(go: () => unknown): Promise<void> {
    if (!app.lost) await labels.settled();
    await go();
  }
}

export const leaving = new Leaving();
