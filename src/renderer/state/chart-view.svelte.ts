// How curves are looked at: zoom, smoothing, axis. The same for every chart, and kept for the next time.

/** Parts of the run that smoothing forgets over; the first is off. */
export const SMOOTHING_PARTS = [0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16] as const;

const KEPT = 'curves';
const START = { smoothing: 2, log: false };

export interface Zoom {
  readonly from: number;
  readonly to: number;
}

class ChartView {
  /** Index into the parts. */
  smoothing = $state(START.smoothing);
  log = $state(START.log);
  zoom = $state.raw<Zoom>();
  /** The chart that is shown large, by its plan. */
  large = $state<string>();

  constructor() {
    try {
      const { smoothing, log } = { ...START, ...JSON.parse(localStorage.getItem(KEPT) ?? '{}') };
      this.smoothing = smoothing in SMOOTHING_PARTS ? smoothing : START.smoothing;
      this.log = log === true;
    } catch {
      // what was kept cannot be read: as at first
    }
  }

  keep(): void {
    localStorage.setItem(KEPT, JSON.stringify({ smoothing: this.smoothing, log: this.log }));
  }

  /** Steps that smoothing forgets over in a run of `steps` steps; 0 draws what was measured. */
  span(steps: number): number {
    return (SMOOTHING_PARTS[this.smoothing] ?? 0) * steps;
  }
}

export const chartView = new ChartView();
