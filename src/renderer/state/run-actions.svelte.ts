// What can be done to a run from its head, its row and by keys. Each says what happened, or what is wrong.
import type { RunSummary } from '../../shared/contract.ts';
import { sizeWords } from '../views/figures.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { recipeChoice } from './recipe.svelte.ts';
import { training } from './training.svelte.ts';

/** What is asked before something that cannot be taken back. */
export interface Question {
  readonly kind: 'remove' | 'extend' | 'kill';
  readonly run: RunSummary;
}

class Asked {
  question = $state.raw<Question>();
}
export const asked = new Asked();

/** Opens the dialog. */
export function ask(kind: Question['kind'], run: RunSummary): void {
  asked.question = { kind, run };
}

/** Begins the next training with what a run learned, once its button is pressed. */
export function again(run: RunSummary): void {
  void recipeChoice.begin({ from: run.id });
}

export async function pause(): Promise<void> {
  await app.attempt(() => app.client.runs.pause());
}

/** After this epoch, evaluated. */
export async function stop(): Promise<void> {
  await app.attempt(() => app.client.runs.stop());
}

/** At once. */
export async function kill(): Promise<void> {
  await app.attempt(() => app.client.runs.kill());
}

/** Makes a run `epochs` longer and goes on with it. */
export async function extend(run: RunSummary, epochs: number): Promise<void> {
  const words = t('Extending {name}', { name: run.name });
  await training.goOn(words, () => app.client.runs.extend({ id: run.id, epochs }));
}

/** Deletes a run with all it left. */
export async function remove(run: RunSummary): Promise<void> {
  const words = t('Deleting {name}', { name: run.name });
  const freed = await training.alone({ words, mayStop: false }, () =>
    app.client.runs.remove({ id: run.id }),
  );
  if (!freed) return;
  app.say(t('{name} is deleted; {size} are free again.', { name: run.name, size: sizeWords(freed.bytes) }));
  await app.attempt(() => training.reload());
}

/** Takes a run out of the queue. */
export async function unqueue(run: RunSummary): Promise<void> {
  await app.attempt(() => app.client.runs.unqueue({ id: run.id }));
  await app.attempt(() => training.reload());
}

/** Moves a queued run before the one that would start before it. */
export async function advance(run: RunSummary): Promise<void> {
  const ids = queued().map(({ id }) => id);
  const at = ids.indexOf(run.id);
  if (at < 1) return;
  ids.splice(at - 1, 2, run.id, ids[at - 1] ?? run.id);
  await app.attempt(() => app.client.runs.order({ ids }));
  await app.attempt(() => training.reload());
}

/** Runs that wait, the next one first. */
export function queued(): RunSummary[] {
  return training.runs
    .filter(({ queuePlace }) => queuePlace !== null)
    .sort((a, b) => (a.queuePlace ?? 0) - (b.queuePlace ?? 0));
}
