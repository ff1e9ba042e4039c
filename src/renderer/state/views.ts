// The views of an open project, as the bar and the palette name them.

import { type Message, msg } from '../words/message.ts';
import { app, type View } from './app.svelte.ts';
import { gallery } from './gallery.svelte.ts';
import { labels } from './labels.svelte.ts';

export const views: readonly { view: View; name: Message }[] = [
  { view: 'images', name: msg('Images') },
  { view: 'label', name: msg('Label') },
  { view: 'train', name: msg('Train') },
  { view: 'evaluate', name: msg('Evaluate') },
  { view: 'export', name: msg('Export') },
];

/** Shows a view; the label view with the image that was there last, or the first. */
export function openView(view: View): void {
  if (view === 'label') app.go('label', labels.image?.id ?? gallery.ids[0]);
  else app.go(view);
}
