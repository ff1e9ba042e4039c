// The history of the image being labelled, and an earlier state of it while that is looked at.
import type { HistoryEntry } from '../../shared/contract/history.ts';
import type { EditorBox } from '../labeling/gesture.ts';
import { app } from './app.svelte.ts';
import { labels } from './labels.svelte.ts';
import { editorBox } from './outbox.svelte.ts';

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

  async goBack(): Promise<void> {
    const seq = this.shown?.seq;
    this.shown = undefined;
    if (seq !== undefined) await labels.goBack(seq);
  }

  clear(): void {
    this.entries = [];
    this.shown = undefined;
  }
}

export const past = new Past();
