// The runs, the training under way, and what is seen of the run that is chosen.
import type { CurveData, LiveRun, LogLine, Notice, RunSummary } from '../../shared/contract.ts';
import type { Run } from '../../shared/model.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { Task } from './task.svelte.ts';

const REFRESH_MS = 1000;
/** Until there is something to see. */
const FIRST_MS = 200;

/** Something that is done to runs and takes a moment. */
interface Doing {
  readonly words: string;
  /** Nothing has changed yet, so that it can be stopped without harm. */
  readonly mayStop: boolean;
}

class Training {
  runs = $state.raw<readonly RunSummary[]>([]);
  live = $state.raw<LiveRun | null>(null);
  /** Runs wait that do not begin by themselves. */
  held = $state(false);
  chosen = $state<string>();
  /** Chosen by hand, and so meant elsewhere too. */
  picked = $state<string>();
  curves = $state.raw<readonly CurveData[]>([]);
  log = $state.raw<readonly LogLine[]>([]);
  loaded = $state(false);
  /** Nothing else is begun meanwhile. */
  doing = $state.raw<Doing>();
  readonly #task = new Task();
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly run = $derived(this.runs.find(({ id }) => id === this.chosen));
  /** Runs that wait, the next one first. */
  readonly queue = $derived(
    this.runs
      .filter(({ queuePlace }) => queuePlace !== null)
      .sort((a, b) => (a.queuePlace ?? 0) - (b.queuePlace ?? 0)),
  );
  readonly isLive = $derived(this.live !== null && this.live.runId === this.chosen);

  async load(): Promise<void> {
    const { client } = app;
    // what was asked over a connection that was lost may never be answered
    this.doing = undefined;
    const asked = [client.runs.list(), client.runs.live(), client.runs.isHeld()] as const;
    [this.runs, this.live, this.held] = await Promise.all(asked);
    if (!this.run) this.chosen = this.live?.runId ?? this.runs[0]?.id;
    await this.refresh();
    this.loaded = true;
  }

  clear(): void {
    this.runs = [];
    this.live = null;
    this.held = false;
    this.chosen = undefined;
    this.picked = undefined;
    this.curves = [];
    this.log = [];
    this.loaded = false;
  }

  async choose(id: string): Promise<void> {
    this.picked = id;
    await this.#show(id);
  }

  async #show(id: string): Promise<void> {
    if (id !== this.chosen) [this.curves, this.log] = [[], []];
    this.chosen = id;
    await app.attempt(() => this.refresh());
  }

  /** Does something to runs, unless something else is being done; undefined for that, a failure, and what was stopped. */
  async alone<T>(doing: Doing, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    if (this.doing) return undefined;
    this.doing = doing;
    try {
      return await this.#task.run(work);
    } finally {
      if (this.doing === doing) this.doing = undefined;
    }
  }

  /** Stops what is being done, where that may be. */
  stopDoing(): void {
    if (this.doing?.mayStop) this.#task.stop();
  }

  /** Begins a run, which can be stopped until there is one, and shows it. */
  begin(words: string, work: (signal: AbortSignal) => Promise<Run>): Promise<Run | undefined> {
    return this.#follow({ words, mayStop: true }, work);
  }

  /** Goes on with a run in some way, and shows it. */
  goOn(words: string, work: () => Promise<Run>): Promise<Run | undefined> {
    return this.#follow({ words, mayStop: false }, work);
  }

  resume(id: string): Promise<Run | undefined> {
    return this.goOn(t('Going on with the training'), () => app.client.runs.resume({ id }));
  }

  async #follow(doing: Doing, work: (signal: AbortSignal) => Promise<Run>): Promise<Run | undefined> {
    const run = await this.alone(doing, work);
    if (!run) return undefined;
    await app.attempt(() => this.reload());
    await this.#show(run.id);
    return run;
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
    [this.runs, this.held] = await Promise.all([app.client.runs.list(), app.client.runs.isHeld()]);
    if (this.run === undefined) this.chosen = this.runs[0]?.id;
  }

  #hearRun(live: LiveRun | null): void {
    const another = this.live?.runId !== live?.runId;
    this.live = live;
    if (another) void app.attempt(() => this.reload());
    // what is shown is read from the database, so a busy run costs one reading a second
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        if (app.view === 'train' && this.isShownLive(live)) void app.attempt(() => this.refresh());
      },
      this.curves.length > 0 ? REFRESH_MS : FIRST_MS,
    );
  }

  /** True where a notice of this training changes what is shown; its end does too. */
  isShownLive(live: LiveRun | null): boolean {
    return live === null || live.runId === this.chosen;
  }
}

export const training = new Training();
