// Curves read more closely where somebody zooms into them: at first only few points of a long run are at hand.
import type { CurveData } from '../../shared/contract.ts';
import { app } from './app.svelte.ts';
import { chartView, type Zoom } from './chart-view.svelte.ts';

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export class CurveDetail {
  #read = $state.raw<{ readonly zoom: Zoom; readonly curves: ReadonlyMap<string, CurveData> }>();

  /** The stretch of a curve that is zoomed into; undefined where it is not at hand. */
  of(key: string): CurveData | undefined {
    return this.#read?.zoom === chartView.zoom ? this.#read?.curves.get(key) : undefined;
  }

  /** Reads the stretch that is zoomed into; nothing where all is shown. */
  async read(ask: (stretch: Stretch) => Promise<readonly (readonly [string, CurveData])[]>): Promise<void> {
    const { zoom } = chartView;
    if (!zoom) return;
    const stretch = { from: Math.max(0, Math.floor(zoom.from)), to: Math.ceil(zoom.to) };
    const curves = await app.attempt(() => ask(stretch));
    if (curves && zoom === chartView.zoom) this.#read = { zoom, curves: new Map(curves) };
  }
}
