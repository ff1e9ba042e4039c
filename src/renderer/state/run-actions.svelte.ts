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

/** Begins a run that diverged anew, with half its learning rate. */
export async function againSlower({ id }: RunSummary): Promise<void> {
  await training.begin(t('Starting the training'), (signal) =>
    app.client.runs.startSlower({ id }, { signal }),
  );
}

/** Does something to the training under way. */
async function toLive(work: (run: { readonly id: string }) => Promise<void>): Promise<void> {
  const id = training.live?.runId;
  if (id !== undefined) await app.attempt(() => work({ id }));
}

export function pause(): Promise<void> {
  return toLive((run) => app.client.runs.pause(run));
}

/** After this epoch, evaluated; or not after all. */
export function stop(wanted = true): Promise<void> {
  return toLive((run) => (wanted ? app.client.runs.stop(run) : app.client.runs.unstop(run)));
}

/** At once. */
export async function kill({ id }: RunSummary): Promise<void> {
  await app.attempt(() => app.client.runs.kill({ id }));
}

/** Lets the runs that wait begin. */
export async function releaseQueue(): Promise<void> {
  await app.attempt(() => app.client.runs.release());
  await app.attempt(() => training.reload());
}

/** Makes a run `epochs` longer and goes on with it. */
export async function extend(run: RunSummary, epochs: number): Promise<void> {
  const words = t('Extending {name}', { name: run.name });
  await training.goOn(words, () => app.client.runs.extend({ id: run.id, epochs }));
}

/** Deletes a run with all it left. */
export async function remove(run: RunSummary): Promise<void> {
  const words = t('Deleting {name}', { name: run.name });
  const freed = await training.alone({ words, mayStop: false }, () => app.client.runs.remove({ id: run.id }));
  if (!freed) return;
  app.say(t('{name} is deleted; {size} are free again.', { name: run.name, size: sizeWords(freed.own) }));
  await app.attempt(() => training.reload());
}

/** Takes a run out of the queue. */
export async function unqueue(run: RunSummary): Promise<void> {
  await app.attempt(() => app.client.runs.unqueue({ id: run.id }));
  await app.attempt(() => training.reload());
}

/** Moves a queued run before the one that would start before it. */
export async function advance(run: RunSummary): Promise<void> {
  const ids = training.queue.map(({ id }) => id);
  const at = ids.indexOf(run.id);
  if (at < 1) return;
  ids.splice(at - 1, 2, run.id, ids[at - 1] ?? run.id);
  await app.attempt(() => app.client.runs.order({ ids }));
  await app.attempt(() => training.reload());
}
