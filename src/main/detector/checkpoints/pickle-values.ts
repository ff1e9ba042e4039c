// What a pickle can hold here: plain values, tensors and storages by reference, and opaque stand-ins for everything else.
import type { Dtype } from './dtype.ts';

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | PickleGlobal
  | PickleStorage
  | PickleTensor
  | PickleObject;

/** A name the pickle refers to, `module.name`. It is never looked up anywhere. */
export class PickleGlobal {
  readonly path: string;

  constructor(module: string, name: string) {
    this.path = `${module}.${name}`;
  }
}

/** An object of a class that is not known here: its arguments, state and items are kept, nothing is run. */
export class PickleObject {
  readonly type: string;
  readonly args: PickleValue;
  state: PickleValue = null;
  readonly items: PickleValue[] = [];
  readonly entries = new Map<PickleValue, PickleValue>();

  constructor(type: string, args: PickleValue) {
    this.type = type;
    this.args = args;
  }
}

/** A block of numbers kept outside the pickle. `dtype` is undefined where this program has no such type. */
export class PickleStorage {
  readonly key: string;
  readonly dtype: Dtype | 'untyped' | undefined;
  /** Elements; bytes for an untyped storage. */
  readonly count: number;
  /** Where a legacy view begins in the storage named by `key`, in elements. */
  readonly viewOffset: number;

  constructor(key: string, dtype: Dtype | 'untyped' | undefined, count: number, viewOffset = 0) {
    this.key = key;
    this.dtype = dtype;
    this.count = count;
    this.viewOffset = viewOffset;
  }
}

/** A strided view of a storage, counted in elements. */
export class PickleTensor {
  readonly storage: PickleStorage;
  readonly dtype: Dtype | undefined;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(
    storage: PickleStorage,
    dtype: Dtype | undefined,
    view: { offset: number; shape: readonly number[]; strides: readonly number[] },
  ) {
    this.storage = storage;
    this.dtype = dtype;
    this.offset = view.offset;
    this.shape = view.shape;
    this.strides = view.strides;
  }
}

export type PlainValue = null | boolean | number | string | PlainValue[] | { [key: string]: PlainValue };

// Shared references can make a small pickle expand without end; no honest metadata comes near these.
const mostValues = 1_000_000;
const deepest = 64;

/**
 * A value as plain JSON: keys become strings, big integers decimal strings, tensors and unknown objects a short description in
 * angle brackets (an unknown object with entries or state keeps those). Cut off at a million values.
 */
export function toPlain(value: PickleValue): PlainValue {
  let left = mostValues;
  const convert = (item: PickleValue, depth: number): PlainValue => {
    left -= 1;
    if (left < 0 || depth > deepest) return '<cut>';
    if (Array.isArray(item)) return item.map((each) => convert(each, depth + 1));
    if (item instanceof Set) return [...item].map((each) => convert(each, depth + 1));
    if (item instanceof Map) return convertEntries(item, depth);
    if (item instanceof PickleObject) return convertObject(item, depth);
    return scalarToPlain(item);
  };
  const convertEntries = (entries: Map<PickleValue, PickleValue>, depth: number): PlainValue =>
    Object.fromEntries([...entries].map(([key, item]) => [keyText(key), convert(item, depth + 1)]));
  const convertObject = (object: PickleObject, depth: number): PlainValue => {
    if (object.entries.size > 0) return convertEntries(object.entries, depth);
    if (object.items.length > 0) return convert(object.items, depth);
    return object.state instanceof Map ? convertEntries(object.state, depth) : `<${object.type}>`;
  };
  return convert(value, 0);
}

type Scalar = Exclude<
  PickleValue,
  PickleValue[] | Map<PickleValue, PickleValue> | Set<PickleValue> | PickleObject
>;

function scalarToPlain(value: Scalar): PlainValue {
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (value instanceof PickleGlobal) return `<${value.path}>`;
  if (value instanceof PickleTensor) return `<tensor ${value.shape.join('x')}>`;
  if (value instanceof PickleStorage) return '<storage>';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}

function keyText(key: PickleValue): string {
  return typeof key === 'object' && key !== null ? JSON.stringify(toPlain(key)) : String(key);
}
