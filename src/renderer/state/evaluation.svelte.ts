// Evaluations: which there are, the one that is looked at, its threshold, the boxes behind a figure, and a comparison.

import type {
  ComparedEvaluations,
  EvaluatingProgress,
  KeptEvaluation,
  LabelsChoice,
  OpenedEvaluation,
} from '../../shared/contract/evaluation.ts';
import type { Notice, RunSummary } from '../../shared/contract.ts';
import type {
  ComparedSelector,
  ConfusionCounts,
  Examples,
  Intervals,
  Selector,
} from '../../shared/evaluation.ts';
import type { Split } from '../../shared/model.ts';
import { troubleOf } from '../failures.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { meantRun } from './run-order.ts';
import { suggestions } from './suggestions.svelte.ts';
import { training } from './training.svelte.ts';

/** The hand rests so long before a moved threshold is asked about. */
const REST_MS = 150;

/** The boxes behind the figure that was pressed, as far as they were read. */
interface ShownBoxes extends Examples {
  readonly title: string;
  /** One of each image. */
  readonly isOfImages: boolean;
  /** Those from a place on. */
  readonly read: (from: number) => Promise<Examples>;
}

class EvaluationState {
  list = $state.raw<readonly KeptEvaluation[]>([]);
  runs = $state.raw<readonly RunSummary[]>([]);
  progress = $state.raw<EvaluatingProgress | null>(null);
  chosen = $state<number>();
  /** The run and the images that the next evaluation is to be of. */
  runId = $state<string>();
  split = $state<Split>('val');
  labels = $state<LabelsChoice>('run');
  opened = $state.raw<OpenedEvaluation>();
  intervals = $state.raw<Intervals>(null);
  confusion = $state.raw<ConfusionCounts>([]);
  /** Detections below it do not count. */
  threshold = $state(0.5);
  shown = $state.raw<ShownBoxes>();
  otherId = $state<number>();
  comparison = $state.raw<ComparedEvaluations>();
  loaded = $state(false);
  /** Why the chosen one could not be opened. */
  trouble = $state.raw<{ readonly message: string; readonly remedy: string | null }>();
  #rest: ReturnType<typeof setTimeout> | undefined;
  /** What was asked for last: an answer to something older comes too late. */
  #opening = 0;
  #listing = 0;
  #isReading = false;

  readonly evaluation = $derived(this.list.find(({ id }) => id === this.chosen));
  readonly other = $derived(this.list.find(({ id }) => id === this.otherId));
  /** Runs that have learned something. */
  readonly trained = $derived(this.runs.filter(({ best }) => best !== null));
  readonly run = $derived(
    this.trained.find(({ id }) => id === this.runId) ?? meantRun(this.trained, training.picked),
  );
  readonly going = $derived(this.progress?.state === 'going' ? this.progress : null);

  async load(): Promise<void> {
    const { client } = app;
    [this.list, this.runs, this.progress] = await Promise.all([
      client.evaluations.list(),
      client.runs.list(),
      client.evaluations.progress(),
    ]);
    if (this.evaluation === undefined) this.chosen = this.#usual();
    this.loaded = true;
    await this.open();
  }

  /** Lists anew what may have come meanwhile; what is looked at stays. */
  async refresh(): Promise<void> {
    const { client } = app;
    [this.list, this.runs] = await Promise.all([client.evaluations.list(), client.runs.list()]);
    if (this.evaluation !== undefined) return;
    this.chosen = this.#usual();
    await this.open();
  }

  /** The newest evaluation of the run that is meant, or else of any. */
  #usual(): number | undefined {
    return (this.list.find(({ runId }) => runId === this.run?.id) ?? this.list[0])?.id;
  }

  clear(): void {
    this.list = [];
    this.runs = [];
    this.progress = null;
    this.chosen = undefined;
    this.runId = undefined;
    this.split = 'val';
    this.otherId = undefined;
    this.labels = 'run';
    this.loaded = false;
    this.#forget();
  }

  async choose(id: number): Promise<void> {
    this.chosen = id;
    if (this.otherId === id) this.otherId = undefined;
    await this.open();
  }

  async measureBy(labels: LabelsChoice): Promise<void> {
    this.labels = labels;
    await this.open();
  }

  /** Reads the figures of the chosen evaluation; the intervals follow, as they take a moment. */
  async open(): Promise<void> {
    const opening = ++this.#opening;
    const isLate = () => opening !== this.#opening;
    const { chosen: id, labels } = this;
    this.#forget();
    if (id === undefined) return;
    try {
      const opened = await app.client.evaluations.open({ id, labels });
      if (isLate()) return;
      this.opened = opened;
      this.threshold = opened.threshold ?? opened.bestThreshold;
      await this.#readConfusion();
      const intervals = await app.client.evaluations.intervals({ token: opened.token });
      if (isLate()) return;
      this.intervals = intervals;
    } catch (error) {
      if (isLate()) return;
      this.trouble = troubleOf(error);
    }
    if (this.otherId !== undefined) await this.compareWith(this.otherId);
  }

  /** Shows the boxes behind a figure. */
  async show(title: string, selector: Selector): Promise<void> {
    const token = this.opened?.token;
    if (token === undefined) return;
    await this.#list(title, selector, (from) => app.client.evaluations.examples({ token, selector, from }));
  }

  /** Shows the boxes behind a figure of the comparison. */
  async showCompared(title: string, selector: ComparedSelector): Promise<void> {
    const token = this.comparison?.token;
    if (token === undefined) return;
    await this.#list(title, selector, (from) => app.client.evaluations.compared({ token, selector, from }));
  }

  /** Reads on in the boxes that are shown. */
  async more(): Promise<void> {
    const { shown } = this;
    if (!shown || this.#isReading || shown.items.length >= shown.total) return;
    this.#isReading = true;
    const next = await app.attempt(() => shown.read(shown.items.length));
    this.#isReading = false;
    if (next && next.items.length > 0 && this.shown === shown)
      this.shown = { ...shown, items: [...shown.items, ...next.items] };
  }

  async #list(title: string, { kind }: { kind: string }, read: ShownBoxes['read']): Promise<void> {
    const listing = ++this.#listing;
    const examples = await app.attempt(() => read(0));
    if (examples && listing === this.#listing)
      this.shown = { ...examples, title, isOfImages: kind === 'images', read };
  }

  hide(): void {
    this.shown = undefined;
  }

  moveThreshold(threshold: number): void {
    this.threshold = threshold;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => void app.attempt(() => this.#readConfusion()), REST_MS);
  }

  /** Keeps the threshold with the run. */
  async keepThreshold(): Promise<void> {
    const { evaluation, threshold } = this;
    if (!evaluation) return;
    const project = app.project?.id ?? '';
    await app.attempt(() =>
      app.client.evaluations.setThreshold({ project, runId: evaluation.runId, threshold }),
    );
    // it is also where the model's suggestions begin
    await app.attempt(() => suggestions.load());
  }

  async start(runId: string, split: Split): Promise<void> {
    const project = app.project?.id ?? '';
    await app.attempt(() => app.client.evaluations.start({ project, runId, split }));
  }

  async cancel(): Promise<void> {
    await app.attempt(() => app.client.evaluations.cancel());
  }

  /** Sets another evaluation beside this one; undefined for none. */
  async compareWith(id: number | undefined): Promise<void> {
    this.otherId = id;
    this.comparison = undefined;
    const first = this.chosen;
    if (id === undefined || first === undefined) return;
    const comparison = await app.attempt(() => app.client.evaluations.compare({ first, second: id }));
    if (this.otherId === id && this.chosen === first) this.comparison = comparison;
  }

  hear(notice: Notice): void {
    if (notice.type !== 'evaluating') return;
    this.progress = notice.progress;
    const { state, runId, split, cause } = notice.progress;
    if (state === 'failed') app.troubleBehind(new Error(cause ?? t('The evaluation failed.')));
    if (state === 'done') void app.attempt(() => this.#showNew(runId, split));
  }

  async #showNew(runId: string, split: Split): Promise<void> {
    this.list = await app.client.evaluations.list();
    const made = this.list.find((kept) => kept.runId === runId && kept.split === split);
    if (made) await this.choose(made.id);
  }

  async #readConfusion(): Promise<void> {
    const { opened, threshold: score } = this;
    if (!opened) return;
    const confusion = await app.client.evaluations.confusion({ token: opened.token, score });
    if (this.opened === opened && this.threshold === score) this.confusion = confusion;
  }

  #forget(): void {
    this.opened = undefined;
    this.#listing += 1;
    this.intervals = null;
    this.confusion = [];
    this.shown = undefined;
    this.comparison = undefined;
    this.trouble = undefined;
  }
}

export const evaluation = new EvaluationState();
