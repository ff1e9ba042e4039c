// The recipe to train with, the runs, and what is seen of the one chosen.
import type {
  CurveData,
  LiveRun,
  LogLine,
  Notice,
  RunSummary,
  TrainingWishes,
} from '../../shared/contract.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { app } from './app.svelte.ts';

const REFRESH_MS = 1000;

class Training {
  presets = $state.raw<readonly string[]>([]);
  preset = $state('fast');
  epochs = $state<number | undefined>();
  recipe = $state.raw<Recipe>();
  runs = $state.raw<readonly RunSummary[]>([]);
  live = $state.raw<LiveRun | null>(null);
  chosen = $state<string>();
  curves = $state.raw<readonly CurveData[]>([]);
  log = $state.raw<readonly LogLine[]>([]);
  loaded = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly run = $derived(this.runs.find(({ id }) => id === this.chosen));
  readonly isLive = $derived(this.live !== null && this.live.runId === this.chosen);

  async load(): Promise<void> {
    const { client } = app;
    [this.presets, this.runs, this.live] = await Promise.all([
      client.recipes.names(),
      client.runs.list(),
      client.runs.live(),
    ]);
    if (!this.run) this.chosen = this.live?.runId ?? this.runs[0]?.id;
    await Promise.all([this.resolve(), this.refresh()]);
    this.loaded = true;
  }

  clear(): void {
    this.runs = [];
    this.live = null;
    this.chosen = undefined;
    this.curves = [];
    this.log = [];
    this.loaded = false;
  }

  async choosePreset(preset: string): Promise<void> {
    this.preset = preset;
    this.epochs = undefined;
    await app.attempt(() => this.resolve());
  }

  async resolve(): Promise<void> {
    this.recipe = await app.client.recipes.resolve(this.#wishes());
  }

  async choose(id: string): Promise<void> {
    this.chosen = id;
    await app.attempt(() => this.refresh());
  }

  async start(): Promise<void> {
    const run = await app.attempt(() => app.client.runs.start(this.#wishes()), 'Starting the training');
    if (run) await this.#follow(run.id);
  }

  async resume(id: string): Promise<void> {
    const run = await app.attempt(() => app.client.runs.resume({ id }), 'Going on with the training');
    if (run) await this.#follow(run.id);
  }

  async pause(): Promise<void> {
    await app.attempt(() => app.client.runs.pause());
  }

  hear(notice: Notice): void {
    if (notice.type !== 'run') return;
    const started = this.live?.runId !== notice.live?.runId;
    this.live = notice.live;
    if (started) void app.attempt(() => this.#reloadRuns());
    // what is shown is read from the database, so a busy run costs one reading a second
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (app.view === 'train') void app.attempt(() => this.refresh());
    }, REFRESH_MS);
  }

  async refresh(): Promise<void> {
    const id = this.chosen;
    if (id === undefined) return;
    const [curves, log] = await Promise.all([app.client.runs.curves({ id }), app.client.runs.log({ id })]);
    if (id !== this.chosen) return;
    this.curves = curves;
    this.log = log;
  }

  async #follow(id: string): Promise<void> {
    await this.#reloadRuns();
    await this.choose(id);
  }

  async #reloadRuns(): Promise<void> {
    this.runs = await app.client.runs.list();
    if (this.chosen === undefined) this.chosen = this.runs[0]?.id;
  }

  #wishes(): TrainingWishes {
    return { preset: this.preset, ...(this.epochs === undefined ? {} : { epochs: this.epochs }) };
  }
}

export const training = new Training();
