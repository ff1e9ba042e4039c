// What uPlot is asked to draw: axes in the theme's colours, a line for each curve, zoom by drag, one cursor for all charts.
import type uPlot from 'uplot';
import type { Stroke } from './palette.ts';

export interface PlotLine extends Stroke {
  readonly label: string;
  /** Behind a curve: what was measured, faintly, or the upper and the lower edge, in this order, of how far it reaches. */
  readonly kind: 'curve' | 'measured' | 'high' | 'low';
}

export interface PlotWishes {
  readonly lines: readonly PlotLine[];
  readonly width: number;
  readonly height: number;
  readonly log: boolean;
  /** The vertical axis begins at 0 and ends here at most; fitted where left out. */
  readonly most: number | undefined;
  /** The last step of all charts beside it: they show the same part of a run. */
  readonly steps: () => number;
  readonly format: (value: number) => string;
  readonly zoom: () => { readonly from: number; readonly to: number } | undefined;
  readonly onZoom: (from: number, to: number) => void;
  readonly onCursor: (index: number | null) => void;
  readonly onFocus: (line: number | null) => void;
}

const WHOLE_STEPS = [1, 10, 100, 1000, 10_000, 100_000].flatMap((tens) => [tens, 2 * tens, 5 * tens]);
/** More lines than this are told apart by pointing at one. */
const FEW_LINES = 4;
const MOST_POINTS = 12;
/** More lines than this are thin: the eye finds its way between them, and a browser draws them in half the time. */
const MANY_LINES = 16;
/** Of how far curves reach: they lie over each other. */
const REACH_ALPHA = '30';

export function plotOptions(wishes: PlotWishes): uPlot.Options {
  const { lines, width, height } = wishes;
  return {
    width,
    height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: (_, __, max) => stepRange(wishes, max) },
      y: valueScale(wishes),
    },
    axes: axes(wishes),
    focus: { alpha: 0.25 },
    cursor: {
      y: false,
      points: { size: 6, one: lines.length > FEW_LINES },
      drag: { x: true, y: false, setScale: false },
      sync: { key: 'training', setSeries: false },
      ...(lines.length > FEW_LINES ? { focus: { prox: 24 } } : {}),
    },
    hooks: {
      setCursor: [({ cursor }) => wishes.onCursor((cursor.left ?? -1) < 0 ? null : (cursor.idx ?? null))],
      setSelect: [(plot) => zoomToSelection(plot, wishes)],
      setSeries: [
        (_, index, options) => 'focus' in options && wishes.onFocus(index === null ? null : index - 1),
      ],
    },
    series: [{}, ...lines.map((line) => drawn(line, lines.length > MANY_LINES))],
    bands: lines.flatMap(({ kind, colour }, index) =>
      // the first series is the axis
      kind === 'high' ? [{ series: [index + 1, index + 2] as const, fill: colour + REACH_ALPHA }] : [],
    ) as uPlot.Band[],
  };
}

function drawn({ label, colour, dash, kind }: PlotLine, thin: boolean): uPlot.Series {
  if (kind === 'high' || kind === 'low')
    return { label, stroke: 'transparent', width: 0, spanGaps: true, points: { show: false } };
  const isCurve = kind === 'curve';
  return {
    label,
    stroke: colour,
    width: !isCurve || thin ? 1 : 1.75,
    alpha: isCurve ? 1 : 0.22,
    spanGaps: true,
    points: { show: isCurve ? onlyAFew : false, size: 5, fill: colour },
    ...(dash.length > 0 && isCurve ? { dash: [...dash] } : {}),
  };
}

/** A curve of few points shows them: a single one would not be seen otherwise. */
function onlyAFew(plot: uPlot, series: number): boolean {
  let known = 0;
  for (const value of plot.data[series] ?? []) if (value !== null && value !== undefined) known += 1;
  return known <= MOST_POINTS;
}

function stepRange({ zoom, steps }: PlotWishes, max: number): uPlot.Range.MinMax {
  const { from, to } = zoom() ?? { from: 0, to: steps() || max };
  return from < to ? [from, to] : [from - 1, to + 1];
}

function valueScale({ log, most }: PlotWishes): uPlot.Scale {
  if (log) return { distr: 3, log: 10 };
  return most === undefined
    ? {}
    : { range: (_, __, top) => [0, Math.min(most, Math.max(most / 10, top * 1.2))] };
}

function axes({ format, log }: PlotWishes): uPlot.Axis[] {
  const axis = {
    stroke: token('--ink-quiet'),
    grid: { stroke: token('--line'), width: 1 },
    ticks: { stroke: token('--line'), width: 1, size: 4 },
    font: '11px system-ui, sans-serif',
  };
  const values = (_: uPlot, ticks: number[]) => ticks.map((tick) => (tick === null ? '' : format(tick)));
  return [
    { ...axis, size: 26, incrs: WHOLE_STEPS },
    // a logarithmic axis leaves most of its ticks without a number by itself
    { ...axis, size: 46, ...(log ? {} : { values }) },
  ];
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function zoomToSelection(plot: uPlot, { onZoom }: PlotWishes): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onZoom(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
}
