// What can be done to the images of a project from the Images view, and from anywhere by the palette.
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { gallery } from './gallery.svelte.ts';
import { importing } from './importing.svelte.ts';
import { panels } from './panels.svelte.ts';
import { selection } from './selection.svelte.ts';
import { openView } from './views.ts';

/** What makes sense as things stand. */
export function imageCommands() {
  const isHere = app.view === 'images';
  const hasImages = (gallery.counts?.total ?? 0) > 0;
  const known = [
    command('import', t('Import images and labels'), '', () => importing.begin()),
    hasImages &&
      command('splits', t('Splits: deal images into train, val and test'), '', () => {
        panels.splits = true;
      }),
    hasImages &&
      command('export', t('Export labels'), '', () => {
        panels.labelExport = true;
      }),
    isHere && hasImages && command('select-all', t('Select all images'), 'Ctrl+A', () => selection.all()),
    isHere &&
      selection.size > 0 &&
      command('select-none', t('Select no image'), 'Escape', () => selection.clear()),
  ];
  return known.filter((one) => typeof one === 'object');
}

function command(id: string, text: string, key: string, act: () => unknown) {
  return {
    id: `images-${id}`,
    group: t('Images'),
    text,
    key,
    run: () => {
      openView('images');
      act();
    },
  };
}
