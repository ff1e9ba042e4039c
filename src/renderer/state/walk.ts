// Undo and redo over the whole project: what is taken back, and where that leads.
import type { NextStep, Walked } from '../../shared/contract.ts';
import { isOvertaken } from '../failures.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { gestureWords } from './gesture-words.ts';
import { labels } from './labels.svelte.ts';
import { outbox } from './outbox.svelte.ts';
import { panels } from './panels.svelte.ts';

export type Direction = 'undo' | 'redo';

/** Takes a gesture back or repeats it. What nobody may expect is done only once that was asked: `sure` names the step. */
export async function walk(direction: Direction, sure?: number): Promise<void> {
  const from = app.imageId;
  const project = app.project?.id ?? '';
  if (!(await outbox.settled())) return;
  const ahead = await app.attempt(() => app.client.annotations.ahead({ project }));
  if (!ahead) return;
  const step = ahead[direction];
  if (!step)
    return app.say(direction === 'undo' ? t('There is nothing to undo.') : t('There is nothing to redo.'));
  if (step.seq !== sure && isUnexpected(direction, step)) {
    panels.takeBack = { direction, ...step };
    return;
  }
  const outcome = await app.attempt(() => take(direction, project, step.seq));
  // what is ahead has to be looked at again
  if (outcome === 'overtaken') return walk(direction);
  if (!outcome) return;
  app.board.hush();
  await show(direction, outcome, from);
}

/** A whole import would go at one slip of a finger, and what was done in another window is not in sight. */
function isUnexpected(direction: Direction, { gesture, elsewhere }: NextStep): boolean {
  return elsewhere || (direction === 'undo' && gesture === 'import');
}

async function take(direction: Direction, project: string, seq: number): Promise<Walked | 'overtaken'> {
  try {
    return await app.client.annotations[direction]({ project, seq });
  } catch (error) {
    if (isOvertaken(error)) return 'overtaken';
    throw error;
  }
}

async function show(direction: Direction, change: NonNullable<Walked>, from?: number): Promise<void> {
  const [first] = change.imageIds;
  // it belongs to no image, whichever of them look different after it
  const isOfClasses = change.gesture.startsWith('class-');
  const elsewhere = first !== undefined && !change.imageIds.includes(app.imageId ?? 0);
  // who went on to another image meanwhile is not led back
  const leads =
    app.view === 'label' && !isOfClasses && elsewhere && change.imageIds.length === 1 && app.imageId === from;
  if (leads) await labels.goTo(first);
  else await labels.reread();
  if (!leads && (isOfClasses || elsewhere || app.view !== 'label'))
    app.say(gestureWords({ kind: direction, gesture: change.gesture }));
}
