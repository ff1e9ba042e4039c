// The import dialog, from wherever it is opened: a button, or something dropped anywhere on the window.
import { droppedPath } from '../client.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { openView } from './views.ts';

class Importing {
  open = $state(false);
  /** What was dropped last, to be looked at. */
  dropped = $state.raw<{ readonly path: string }>();

  begin(): void {
    this.dropped = undefined;
    this.open = true;
  }

  end(): void {
    this.open = false;
  }

  drop(files: readonly File[]): void {
    const [file] = files;
    if (!file) return;
    const refusal = this.#whyNot(files.length);
    if (refusal !== undefined) {
      app.say(refusal);
      return;
    }
    const path = droppedPath(file);
    if (!this.open) openView('images');
    this.dropped = path === undefined ? undefined : { path };
    this.open = true;
    if (path === undefined)
      app.say(t('A browser does not tell where dropped files lie: name the folder here.'));
  }

  #whyNot(count: number): string | undefined {
    if (!app.project) return t('Open or create a project first: images come into one.');
    if (!this.open && app.board.dialogs.length > 0) return t('Close this first, then drop it again.');
    return count > 1 ? t('Drop one folder, or one label file.') : undefined;
  }
}

export const importing = new Importing();
