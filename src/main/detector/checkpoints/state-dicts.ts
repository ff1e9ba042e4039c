// Finds the weights in what torch.save was given: a bare state dict, one inside a checkpoint, and averaged (EMA) copies beside it.
import { Malformed } from './malformed.ts';
import { PickleObject, PickleTensor, type PickleValue } from './pickle-values.ts';

export interface StateDict {
  /** The key it was found under; '' for a bare one. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, PickleTensor>;
}

export interface StateDicts {
  readonly main: StateDict;
  /** Averaged or otherwise second copies, by name. */
  readonly others: readonly StateDict[];
}

type Entries = ReadonlyMap<PickleValue, PickleValue>;

const mainKeys = ['state_dict', 'model_state_dict', 'model', 'module', 'network', 'net', 'weights', 'params'];
const otherKeys = [
  'ema_state_dict',
  'state_dict_ema',
  'model_ema',
  'ema_model',
  'ema',
  'params_ema',
  'teacher',
];

/** The state dicts of an unpickled checkpoint; throws Malformed where there is none. */
export function findStateDicts(root: PickleValue): StateDicts {
  const entries = entriesOf(root);
  if (entries === undefined) throw new Malformed(`it holds ${describe(root)}, not a state dict`);
  const found = (keys: readonly string[]) =>
    keys.map((key) => stateDictOf(key, entries.get(key))).filter((each) => each !== undefined);
  const [main, ...rest] = [stateDictOf('', root), ...found(mainKeys)].filter((each) => each !== undefined);
  const others = [...rest, ...found(otherKeys)];
  const chosen = main ?? others.shift();
  if (chosen === undefined) throw new Malformed(missing(entries));
  const { base, averaged } = splitAveragedBuffers(chosen);
  return { main: base, others: averaged === undefined ? others : [averaged, ...others] };
}

function stateDictOf(name: string, value: PickleValue | undefined): StateDict | undefined {
  const entries = entriesOf(value ?? null);
  if (entries === undefined) return undefined;
  const tensors = new Map<string, PickleTensor>();
  for (const [key, tensor] of entries) {
    if (typeof key === 'string' && tensor instanceof PickleTensor) tensors.set(key, tensor);
  }
  return tensors.size === 0 ? undefined : { name, tensors: withoutWrappers(tensors) };
}

// DataParallel, mmengine's averaged model and torch.compile each put their attribute's name before every key.
const wrappers = ['module.', '_orig_mod.'];

function withoutWrappers(tensors: Map<string, PickleTensor>): Map<string, PickleTensor> {
  // mmengine's averaged model counts its steps beside the wrapped names.
  const keys = [...tensors.keys()].filter((key) => key !== 'steps');
  const prefix = wrappers.find((each) => keys.length > 0 && keys.every((key) => key.startsWith(each)));
  if (prefix === undefined) return tensors;
  const stripped = keys.map((key): [string, PickleTensor | undefined] => [
    key.slice(prefix.length),
    tensors.get(key),
  ]);
  return withoutWrappers(
    new Map(stripped.filter((pair): pair is [string, PickleTensor] => pair[1] !== undefined)),
  );
}

/** mmcv 1's EMA hook keeps its second copy as buffers of the model itself: `a.b` beside `ema_a_b`. */
function splitAveragedBuffers({ name, tensors }: StateDict): { base: StateDict; averaged?: StateDict } {
  const base = new Map(tensors);
  const averaged = new Map<string, PickleTensor>();
  for (const key of tensors.keys()) {
    const buffer = `ema_${key.replaceAll('.', '_')}`;
    const tensor = tensors.get(buffer);
    if (tensor === undefined) continue;
    averaged.set(key, tensor);
    base.delete(buffer);
  }
  if (averaged.size === 0) return { base: { name, tensors } };
  return { base: { name, tensors: base }, averaged: { name: 'ema_ buffers', tensors: averaged } };
}

function entriesOf(value: PickleValue): Entries | undefined {
  if (value instanceof Map) return value;
  return value instanceof PickleObject && value.entries.size > 0 ? value.entries : undefined;
}

function missing(entries: Entries): string {
  const whole = [...entries.values()].find(
    (value) => value instanceof PickleObject && value.state instanceof Map,
  );
  if (whole instanceof PickleObject)
    return `it holds a whole pickled model (${whole.type}), not a state dict`;
  const keys = [...entries.keys()].filter((key) => typeof key === 'string').slice(0, 5);
  return `no tensors were found in it (its keys begin ${keys.join(', ') || 'with nothing'})`;
}

function describe(root: PickleValue): string {
  if (root instanceof PickleTensor) return 'one tensor';
  if (root instanceof PickleObject) return `a whole pickled object (${root.type})`;
  return Array.isArray(root) ? 'a list' : 'a plain value';
}
