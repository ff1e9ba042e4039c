// The history of the image being labelled, and an earlier state of it while that is looked at.
import type { HistoryEntry } from '../../shared/contract/history.ts';
import type { EditorBox } from '../labeling/gesture.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { labels } from './labels.svelte.ts';
import { editorBox, outbox } from './outbox.svelte.ts';

class Past {
  entries = $state.raw<readonly HistoryEntry[]>([]);
  /** What is looked at: the boxes after an entry; seq 0 is before any. */
  shown = $state.raw<{ readonly seq: number; readonly boxes: readonly EditorBox[] }>();

  /** Reads the history of the image in sight. */
  async load(): Promise<void> {
    const imageId = labels.image?.id;
    if (imageId === undefined) return;
    const entries = await app.attempt(() => app.client.history.list({ imageId }));
    if (entries && labels.image?.id === imageId) this.entries = entries;
  }

  async look(seq: number): Promise<void> {
    const imageId = labels.image?.id;
    if (imageId === undefined) return;
    const then = await app.attempt(() => app.client.history.look({ imageId, seq }));
    if (then && labels.image?.id === imageId) this.shown = { seq, boxes: then.boxes.map(editorBox) };
  }

  /** Back to the present; says whether an earlier state was looked at. */
  close(): boolean {
    const looked = this.shown !== undefined;
    this.shown = undefined;
    return looked;
  }

  /** Brings the image back to what is looked at, as a gesture of its own. */
  async goBack(): Promise<void> {
    const [seq, imageId, project] = [this.shown?.seq, labels.image?.id, app.project?.id];
    this.shown = undefined;
    if (seq === undefined || imageId === undefined || project === undefined) return;
    if (!(await outbox.settled())) return;
    const changed = await app.attempt(() => app.client.history.goBack({ project, imageId, seq }));
    if (changed === false) app.say(t('Nothing has changed since then.'));
    await labels.reread();
  }

  clear(): void {
    this.entries = [];
    this.shown = undefined;
  }
}

export const past = new Past();
