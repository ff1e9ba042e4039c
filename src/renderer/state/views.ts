// The views of an open project, as the bar and the palette name them.
import { app, type View } from './app.svelte.ts';
import { gallery } from './gallery.svelte.ts';
import { labels } from './labels.svelte.ts';

export const views: readonly { view: View; name: string }[] = [
  { view: 'images', name: 'Images' },
  { view: 'label', name: 'Label' },
  { view: 'train', name: 'Train' },
  { view: 'evaluate', name: 'Evaluate' },
  { view: 'export', name: 'Export' },
];

/** Shows a view; the label view with the image that was there last, or the first. */
export function openView(view: View): void {
  if (view === 'label') app.go('label', labels.image?.id ?? gallery.ids[0]);
  else app.go(view);
}
