// The runs as a list to compare: order, filter, which ones are laid over each other, and their curves.
import { SvelteMap } from 'svelte/reactivity';
import type { CurveData, RunSummary } from '../../shared/contract.ts';
import { decides } from '../charts/chart-plan.ts';
import { unpackedCurve } from '../charts/packed-curve.ts';
import { freePlace } from '../charts/palette.ts';
import { app } from './app.svelte.ts';
import type { Stretch } from './curve-detail.svelte.ts';
import { listed, type RunFilter, type RunOrder } from './run-order.ts';
import { training } from './training.svelte.ts';

const START: RunFilter = { words: '', starred: false };

/** Runs that are asked for at once. */
const MOST = 200;

/** Points that are asked for at once: the more curves, the fewer of each can be told apart. */
const MOST_POINTS = 30_000;
const POINTS_A_CURVE = 600;

/** Of so many curves each is shown with how far it reaches. */
const MOST_WITH_EXTREMES = 6;

interface Wish {
  readonly maxPoints: number;
  /** With how far neighbours reach that are one. */
  readonly extremes: boolean;
}

interface ReadCurve {
  readonly curve: CurveData;
  readonly as: string;
  /** How many points it has at most. */
  readonly points: number;
  readonly extremes: boolean;
}

/** Changes when a run's curves may have. */
function stateOf({ status, endedAt }: RunSummary): string {
  return `${status} ${endedAt}`;
}

export type RunTab = 'curves' | 'compare' | 'pictures' | 'log' | 'details';

class Experiments {
  /** What is seen of the run above the list. */
  tab = $state<RunTab>('curves');
  order = $state.raw<RunOrder>({ by: 'startedAt', falling: true });
  filter = $state.raw<RunFilter>(START);
  /** Runs that are laid over each other, each with its place among colours and dashes. */
  checked = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** By metric, then by run, with the run's state when it was read. */
  readonly #read = new SvelteMap<string, ReadonlyMap<string, ReadCurve>>();
  /** What decides is read at once, the rest one after the other behind it, so that the first charts wait for no other. */
  #reading: Promise<unknown> = Promise.resolve();
  readonly listed = $derived(listed(training.runs, this.filter, this.order));
  readonly overlaid = $derived(
    training.runs.filter(({ id }) => this.checked.has(id)).sort((a, b) => this.#place(a) - this.#place(b)),
  );

  /** Takes a run into the overlay or out of it. */
  toggle(id: string): void {
    const next = new Map(this.checked);
    if (!next.delete(id)) next.set(id, freePlace(next.values()));
    this.#lay(next);
  }

  /** The overlaid runs side by side. */
  compare(): void {
    this.tab = 'compare';
  }

  /** All that are listed, or none. */
  toggleAll(): void {
    const all = this.listed.every(({ id }) => this.checked.has(id));
    this.#lay(all ? new Map() : new Map(this.listed.map(({ id }, place) => [id, place])));
  }

  clear(): void {
    this.filter = START;
    this.forget();
  }

  /** Nothing laid over anything. */
  forget(): void {
    this.#lay(new Map());
    this.#read.clear();
  }

  /** A metric of the overlaid runs, as far as it was read. */
  curves(name: string): readonly { readonly run: RunSummary; readonly curve: CurveData }[] {
    const read = this.#read.get(name);
    return this.overlaid.flatMap((run) => {
      const curve = read?.get(run.id)?.curve;
      return curve && curve.steps.length > 0 ? [{ run, curve }] : [];
    });
  }

  /** Reads a metric of the overlaid runs that were not read since they changed. */
  read(name: string): Promise<void> {
    const reading = decides(name) ? this.#readNow(name) : this.#reading.then(() => this.#readNow(name));
    this.#reading = Promise.allSettled([this.#reading, reading]);
    return reading;
  }

  /** A stretch of a metric of the overlaid runs, by run. */
  async readStretch(name: string, stretch: Stretch): Promise<(readonly [string, CurveData])[]> {
    const ids = this.overlaid.map(({ id }) => id).slice(0, MOST);
    const read = await app.client.runs.overlay({ ids, name, ...stretch, ...this.#wish() });
    return read.map((curve) => [curve.runId, unpackedCurve(curve)]);
  }

  async #readNow(name: string): Promise<void> {
    const wish = this.#wish();
    const stale = this.overlaid.filter((run) => this.#isStale(run, name, wish));
    if (stale.length === 0) return;
    const ids = stale.map(({ id }) => id).slice(0, MOST);
    const read = await app.client.runs.overlay({ ids, name, ...wish });
    const next = new Map(this.#read.get(name));
    for (const curve of read) {
      const run = stale.find(({ id }) => id === curve.runId);
      if (run)
        next.set(run.id, {
          curve: unpackedCurve(curve),
          as: stateOf(run),
          points: wish.maxPoints,
          extremes: wish.extremes,
        });
    }
    this.#read.set(name, next);
  }

  /** How closely curves are read: the fewer, the closer. */
  #wish(): Wish {
    const count = Math.max(1, this.overlaid.length);
    const maxPoints = Math.min(POINTS_A_CURVE, Math.round(MOST_POINTS / count));
    return { maxPoints, extremes: count <= MOST_WITH_EXTREMES };
  }

  #isStale(run: RunSummary, name: string, { maxPoints, extremes }: Wish): boolean {
    const known = this.#read.get(name)?.get(run.id);
    if (!known || run.status === 'running' || known.as !== stateOf(run)) return true;
    return known.points < maxPoints || (extremes && !known.extremes);
  }

  #lay(checked: ReadonlyMap<string, number>): void {
    this.checked = checked;
    if (checked.size < 2 && this.tab === 'compare') this.tab = 'curves';
  }

  #place({ id }: RunSummary): number {
    return this.checked.get(id) ?? 0;
  }
}

export const experiments = new Experiments();
