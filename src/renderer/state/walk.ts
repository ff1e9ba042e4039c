// Undo and redo over the whole project: what is taken back, and where that leads.
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { labels } from './labels.svelte.ts';
import { outbox } from './outbox.svelte.ts';
import { panels } from './panels.svelte.ts';

/** Takes a gesture back or repeats it. A whole import is taken back only once that was asked and `isSure`. */
export async function walk(direction: 'undo' | 'redo', isSure = false): Promise<void> {
  const from = app.imageId;
  if (!(await outbox.settled())) return;
  if (direction === 'undo' && !isSure && (await wouldTakeBackImport())) {
    panels.takeBack = true;
    return;
  }
  const change = await app.attempt(() =>
    app.client.annotations[direction]({ project: app.project?.id ?? '' }),
  );
  if (change === null)
    return app.say(direction === 'undo' ? t('There is nothing to undo.') : t('There is nothing to redo.'));
  const [first] = change?.imageIds ?? [];
  const elsewhere = first !== undefined && !change?.imageIds.includes(app.imageId ?? 0);
  // who went on to another image meanwhile is not led back
  const leads = app.view === 'label' && elsewhere && change?.imageIds.length === 1 && app.imageId === from;
  if (leads) await labels.goTo(first);
  else await labels.reread();
  if (change && !leads && (elsewhere || app.view !== 'label'))
    app.say(
      direction === 'undo'
        ? t('Taken back: {gesture}.', { gesture: change.gesture })
        : t('Repeated: {gesture}.', { gesture: change.gesture }),
    );
}

async function wouldTakeBackImport(): Promise<boolean> {
  const project = app.project?.id ?? '';
  const ahead = await app.attempt(() => app.client.annotations.ahead({ project }));
  return ahead?.undo === 'import';
}
