// The runs, the training under way, and what is seen of the run that is chosen.
import type { CurveData, LiveRun, LogLine, Notice, RunSummary } from '../../shared/contract.ts';
import type { Run } from '../../shared/model.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';

const REFRESH_MS = 1000;

class Training {
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
    [this.runs, this.live] = await Promise.all([client.runs.list(), client.runs.live()]);
    if (!this.run) this.chosen = this.live?.runId ?? this.runs[0]?.id;
    await this.refresh();
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

  async choose(id: string): Promise<void> {
    if (id !== this.chosen) [this.curves, this.log] = [[], []];
    this.chosen = id;
    await app.attempt(() => this.refresh());
  }

  /** Does something that gives a run, and shows it. */
  async follow(work: () => Promise<Run>, busy: string): Promise<Run | undefined> {
    const run = await app.attempt(work, busy);
    if (!run) return undefined;
    await app.attempt(() => this.reload());
    await this.choose(run.id);
    return run;
  }

  resume(id: string): Promise<Run | undefined> {
    return this.follow(() => app.client.runs.resume({ id }), t('Going on with the training'));
  }

  async change(
    id: string,
    what: { name?: string; notes?: string; tags?: string[]; starred?: boolean },
  ): Promise<void> {
    await app.attempt(() => app.client.runs.change({ id, ...what }));
    await app.attempt(() => this.reload());
  }

  hear(notice: Notice): void {
    if (notice.type === 'runs' || notice.type === 'run-ended') void app.attempt(() => this.reload());
    if (notice.type === 'run') this.#hearRun(notice.live);
  }

  async refresh(): Promise<void> {
    const id = this.chosen;
    if (id === undefined) return;
    const [curves, log] = await Promise.all([app.client.runs.curves({ id }), app.client.runs.log({ id })]);
    if (id !== this.chosen) return;
    this.curves = curves;
    this.log = log;
  }

  async reload(): Promise<void> {
    this.runs = await app.client.runs.list();
    if (this.run === undefined) this.chosen = this.runs[0]?.id;
  }

  #hearRun(live: LiveRun | null): void {
    const another = this.live?.runId !== live?.runId;
    this.live = live;
    if (another) void app.attempt(() => this.reload());
    // what is shown is read from the database, so a busy run costs one reading a second
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (app.view === 'train' && this.isShownLive(live)) void app.attempt(() => this.refresh());
    }, REFRESH_MS);
  }

  /** True where a notice of this training changes what is shown; its end does too. */
  isShownLive(live: LiveRun | null): boolean {
    return live === null || live.runId === this.chosen;
  }
}

export const training = new Training();
