// What the next training will be: what fits the labels and the computer, and what a person changed of it.

import type {
  AugmentedImage,
  RecipeAdvice,
  RecipeField,
  TrainingWishes,
} from '../../shared/contract/recipes.ts';
import type { Notice } from '../../shared/contract.ts';
import type { Json, Run } from '../../shared/model.ts';
import { troubleWords } from '../failures.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { type RecipeChanges, settled } from './recipe-changes.ts';
import { training } from './training.svelte.ts';

const QUIET_MS = 250;
const LABELS_MS = 2000;
/** The one value that may be `auto`, and so is wished for by name. */
const BATCH = 'train.batch';

/** The first wishes: what the advice itself thinks right, or what was chosen. */
interface Start {
  readonly preset?: string;
  readonly from?: string;
}

class RecipeChoice {
  presets = $state.raw<readonly string[]>([]);
  start = $state.raw<Start>({});
  /** Values of the recipe that were changed, by path. */
  changes = $state.raw<RecipeChanges>(new Map());
  /** As advised, and with the changes. */
  advised = $state.raw<RecipeAdvice>();
  current = $state.raw<RecipeAdvice>();
  /** Why the changes do not hold together. */
  fault = $state<string>();
  preview = $state.raw<readonly AugmentedImage[]>([]);
  /** Why there is no preview. */
  previewFault = $state<string>();
  seed = $state(0);
  /** Of the training itself; that of the preview is another. */
  runSeed = $state(0);
  /** Begins without pretrained weights. */
  drawsAnew = $state(false);
  /** Of how many epochs one is kept, besides the best and the last; undefined: none. */
  keepEvery = $state<number>();
  readonly mayTrain = $derived(
    this.current !== undefined && this.current.refusal === null && this.fault === undefined,
  );
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  #drawn = 0;

  async load(): Promise<void> {
    this.presets = await app.client.recipes.names();
    await this.read();
  }

  clear(): void {
    this.start = {};
    this.changes = new Map();
    this.drawsAnew = false;
    this.keepEvery = undefined;
    this.runSeed = 0;
    this.advised = undefined;
    this.current = undefined;
    this.fault = undefined;
    this.preview = [];
    this.previewFault = undefined;
  }

  /** Another recipe, or another run to begin with; the changes belonged to the one before. */
  async begin(start: Start): Promise<void> {
    this.start = start;
    this.changes = new Map();
    this.drawsAnew = false;
    await app.attempt(() => this.read());
  }

  /** Whether to begin with weights drawn anew, in place of pretrained ones. */
  drawAnew(wanted: boolean): void {
    this.drawsAnew = wanted;
    this.#later(0);
  }

  change(field: RecipeField, value: Json): void {
    this.#changed(new Map(this.changes).set(field.path, value));
  }

  reset(path: string): void {
    const next = new Map(this.changes);
    next.delete(path);
    this.#changed(next);
  }

  resetAll(): void {
    this.#changed(new Map());
  }

  /** Starts a run with this recipe, or queues it. */
  train(): Promise<Run | undefined> {
    const { keepEvery } = this;
    const wishes = { ...this.#wishes(), seed: this.runSeed, ...(keepEvery !== undefined && { keepEvery }) };
    return training.begin(t('Starting the training'), (signal) => app.client.runs.start(wishes, { signal }));
  }

  async readPreview(count: number): Promise<void> {
    const wishes = this.#wishes();
    const seed = this.seed;
    this.#drawn += 1;
    const drawn = this.#drawn;
    try {
      const preview = await app.client.recipes.augmented({ wishes, count, seed });
      if (drawn === this.#drawn) [this.preview, this.previewFault] = [preview, undefined];
    } catch (error) {
      if (drawn === this.#drawn) [this.preview, this.previewFault] = [[], troubleWords(error)];
    }
  }

  hear(notice: Notice): void {
    if (notice.type !== 'labels' && notice.type !== 'images' && notice.type !== 'classes') return;
    this.#later(LABELS_MS);
  }

  async read(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const advised = await app.client.recipes.advise(
      this.start.preset || this.start.from ? this.start : undefined,
    );
    if (asked !== this.#asked) return;
    this.advised = advised;
    await this.#readChanged(asked);
  }

  /** A recipe that does not hold together is said beside its values, not as a message. */
  async #readChanged(asked: number): Promise<void> {
    this.fault = undefined;
    if (this.changes.size === 0 && !this.drawsAnew) {
      this.current = this.advised;
      return;
    }
    try {
      const current = await app.client.recipes.advise(this.#wishes());
      if (asked === this.#asked) this.current = current;
    } catch (error) {
      if (asked === this.#asked) this.fault = troubleWords(error);
    }
  }

  #changed(changes: RecipeChanges): void {
    this.changes = settled(changes, this.advised?.fields ?? []);
    this.#later(QUIET_MS);
  }

  #later(wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => app.project && void app.attempt(() => this.read()), wait);
  }

  #wishes(): TrainingWishes {
    const init = this.drawsAnew ? ({ init: 'none' } as const) : {};
    const wishes: TrainingWishes = { ...(this.advised?.wishes ?? this.start), ...init };
    if (this.changes.size === 0) return wishes;
    const others = [...this.changes].filter(([path]) => path !== BATCH);
    const set = others.map(([path, value]) => `${path}=${JSON.stringify(value)}`);
    const batch = this.changes.get(BATCH) as TrainingWishes['batch'];
    return { ...wishes, ...(batch !== undefined && { batch }), set: [...(wishes.set ?? []), ...set] };
  }
}

export const recipeChoice = new RecipeChoice();
app.onNotice((notice) => recipeChoice.hear(notice));
app.onLeave(() => recipeChoice.clear());
