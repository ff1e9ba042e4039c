// Which metrics are drawn together, in which order, and how their numbers are written.
import { type Message, msg } from '../words/message.ts';
import { translated } from '../words/words.ts';

export interface ChartPlan {
  readonly id: string;
  readonly title: string;
  readonly names: readonly string[];
  /** Its noise may be smoothed away. */
  readonly noisy?: boolean;
  /** The axis begins at 0 and ends here at most. */
  readonly most?: number;
  readonly kind: 'number' | 'percent' | 'megabytes' | 'count';
}

const LEVELS = ['P3', 'P4', 'P5', 'P6', 'P7'];

const PLANS: readonly (ChartPlan & { readonly title: Message })[] = [
  {
    id: 'loss',
    title: msg('Loss'),
    names: ['loss', 'loss_cls', 'loss_bbox', 'loss_iou'],
    noisy: true,
    kind: 'number',
  },
  {
    id: 'AP',
    title: msg('AP on the validation images, %'),
    names: ['AP', 'AP50', 'AP75'],
    most: 1,
    kind: 'percent',
  },
  {
    id: 'AP-size',
    title: msg('AP by size of the objects, %'),
    names: ['APs', 'APm', 'APl'],
    most: 1,
    kind: 'percent',
  },
  { id: 'lr', title: msg('Learning rate'), names: ['lr'], kind: 'number' },
  { id: 'grad', title: msg('Gradient norm'), names: ['grad_norm'], noisy: true, kind: 'number' },
  { id: 'speed', title: msg('Images a second'), names: ['images_per_second'], noisy: true, kind: 'number' },
  { id: 'memory', title: msg('Memory, MB'), names: ['memory_mb', 'memory_peak_mb'], kind: 'megabytes' },
  {
    id: 'cls',
    title: msg('Class positives by level'),
    names: levels('cls_pos'),
    noisy: true,
    kind: 'count',
  },
  {
    id: 'reg',
    title: msg('Box positives by level'),
    names: levels('reg_pos'),
    noisy: true,
    kind: 'count',
  },
  {
    id: 'missed',
    title: msg('Boxes without a positive'),
    names: ['boxes_without_positive'],
    noisy: true,
    kind: 'count',
  },
];

function levels(branch: string): string[] {
  return LEVELS.map((level) => `${branch}.${level}`);
}

/** The charts of one run: related metrics together, those without a value left out. */
export function chartsOfRun(known: ReadonlySet<string>): ChartPlan[] {
  return PLANS.map((plan) => ({
    ...plan,
    title: translated(plan.title),
    names: plan.names.filter((name) => known.has(name)),
  })).filter(({ names }) => names.length > 0);
}

/** Metrics by which runs are told apart first. */
const DECIDING: readonly string[] = ['AP', 'AP50', 'loss'];

export function decides(name: string): boolean {
  return DECIDING.includes(name);
}

/** The charts of several runs: one a metric, the ones that decide first. */
export function chartsOfRuns(): ChartPlan[] {
  const rank = ({ id }: ChartPlan) => (decides(id) ? DECIDING.indexOf(id) : DECIDING.length);
  return PLANS.flatMap((plan) =>
    plan.names.map((name) => ({ ...plan, id: name, title: titleOf(plan, name), names: [name] })),
  ).sort((a, b) => rank(a) - rank(b));
}

function titleOf({ title, names, kind }: (typeof PLANS)[number], name: string): string {
  if (names.length === 1) return translated(title);
  return kind === 'percent' ? `${name}, %` : name;
}

/** A number as its axis and its legend say it. */
export function numberText(kind: ChartPlan['kind'], value: number): string {
  if (kind === 'percent') return (value * 100).toFixed(1);
  if (kind === 'megabytes' || kind === 'count')
    return value.toFixed(Math.abs(value) < 10 && value % 1 !== 0 ? 1 : 0);
  if (value === 0) return '0';
  return Math.abs(value) < 0.01 ? value.toExponential(1) : String(+value.toPrecision(4));
}
