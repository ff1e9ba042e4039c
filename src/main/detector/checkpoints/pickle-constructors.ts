// The only things a pickle can make: containers, bytes, storages' views. A name that is not here becomes an opaque object.
import { dtypeOfName } from './dtype.ts';
import { Malformed } from './malformed.ts';
import {
  PickleGlobal,
  PickleObject,
  PickleStorage,
  PickleTensor,
  type PickleValue,
} from './pickle-values.ts';

type Constructor = (args: readonly PickleValue[]) => PickleValue;

/** What `callable(*args)` stands for; nothing is executed. */
export function construct(callable: PickleValue, args: PickleValue[]): PickleValue {
  if (!(callable instanceof PickleGlobal)) return new PickleObject('unknown', args);
  const make = constructors.get(callable.path);
  return make === undefined ? new PickleObject(callable.path, args) : make(args);
}

const makeDict: Constructor = ([source]) => {
  if (source instanceof Map) return new Map(source);
  const entries = new Map<PickleValue, PickleValue>();
  for (const pair of Array.isArray(source) ? source : []) {
    if (Array.isArray(pair)) entries.set(pair[0] ?? null, pair[1] ?? null);
  }
  return entries;
};

const makeList: Constructor = ([source]) => (Array.isArray(source) ? [...source] : []);

const makeSet: Constructor = ([source]) => new Set(Array.isArray(source) ? source : []);

const makeBytes: Constructor = ([text]) =>
  typeof text === 'string'
    ? Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 255)
    : new Uint8Array(0);

const makeTensor: Constructor = ([storage, offset, shape, strides]) => {
  if (!(storage instanceof PickleStorage) || storage.dtype === 'untyped') throw damagedTensor();
  return new PickleTensor(storage, storage.dtype, viewOf(offset, shape, strides));
};

// torch._utils._rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype, metadata)
const makeTypedTensor: Constructor = ([storage, offset, shape, strides, , , dtype]) => {
  if (!(storage instanceof PickleStorage) || !(dtype instanceof PickleGlobal)) throw damagedTensor();
  const name = dtype.path.startsWith('torch.') ? dtype.path.slice('torch.'.length) : '';
  return new PickleTensor(storage, dtypeOfName(name), viewOf(offset, shape, strides));
};

const makeParameter: Constructor = ([data]) => data ?? null;

// torch._tensor._rebuild_from_type_v2(function, type, args, state): a subclass of Tensor.
const makeSubclassed: Constructor = ([callable, , args]) =>
  construct(callable ?? null, Array.isArray(args) ? args : []);

const constructors = new Map<string, Constructor>([
  ['collections.OrderedDict', makeDict],
  ['collections.Counter', makeDict],
  ['collections.defaultdict', () => new Map()],
  ['torch.Size', makeList],
  ['torch._utils._rebuild_tensor', makeTensor],
  ['torch._utils._rebuild_tensor_v2', makeTensor],
  ['torch._utils._rebuild_tensor_v3', makeTypedTensor],
  ['torch._utils._rebuild_parameter', makeParameter],
  ['torch._utils._rebuild_parameter_with_state', makeParameter],
  ['torch._tensor._rebuild_from_type_v2', makeSubclassed],
  ['torch.nn.parameter.Parameter', makeParameter],
  ['_codecs.encode', makeBytes],
  ...['builtins', '__builtin__'].flatMap((module): [string, Constructor][] => [
    [`${module}.dict`, makeDict],
    [`${module}.list`, makeList],
    [`${module}.tuple`, makeList],
    [`${module}.set`, makeSet],
    [`${module}.frozenset`, makeSet],
  ]),
]);

function viewOf(
  offset: PickleValue | undefined,
  shape: PickleValue | undefined,
  strides: PickleValue | undefined,
) {
  const sizes = naturals(shape);
  const steps = naturals(strides);
  if (!isNatural(offset) || sizes.length !== steps.length) throw damagedTensor();
  return { offset, shape: sizes, strides: steps };
}

function naturals(value: PickleValue | undefined): number[] {
  if (!Array.isArray(value) || !value.every(isNatural) || value.length > 64) throw damagedTensor();
  return value;
}

function isNatural(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

const damagedTensor = () => new Malformed('a tensor in it is described wrongly');
