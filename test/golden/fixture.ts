// Reads the reference fixtures: one JSON of configuration, shapes and tolerances, and the .safetensors beside it.
// The reader here is apart from the product's own, so that a fault in one cannot hide a fault in the other.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';

export type FixtureDtype =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool';

export type FixtureData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

export interface FixtureTensor {
  readonly shape: readonly number[];
  readonly dtype: FixtureDtype;
  /** float16 and bfloat16 are widened to Float32Array, bool is a Uint8Array of 0 and 1, int64 a BigInt64Array. */
  readonly data: FixtureData;
  /** The little-endian bytes as stored: for comparing bit by bit. */
  readonly bytes: Uint8Array;
  /** The elements as plain numbers, whatever the dtype. */
  numbers(): number[];
}

export interface Fixture {
  readonly name: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** The JSON value at a path of keys and indices, typed as the caller says; throws where the path ends early. */
  value<T = unknown>(...path: readonly (string | number)[]): T;
  /** A tolerance by its name in the JSON. */
  tolerance(name: string): number;
  tensor(name: string): FixtureTensor;
  has(name: string): boolean;
  /** The names of all tensors, in file order; those that begin with `prefix` where one is given. */
  names(prefix?: string): string[];
}

export interface Tolerance {
  readonly abs?: number | undefined;
  readonly rel?: number | undefined;
}

type Numeric = { readonly length: number; readonly [index: number]: number | bigint };
interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The folder of fixtures: GOLDEN_DIR, else ../shared/golden beside the repository. */
export function goldenDir(): string {
  return resolve(root, process.env.GOLDEN_DIR ?? '../shared/golden');
}

/** The folder of real blood-cell data: BCCD_DIR, else ../shared/data/bccd beside the repository. */
export function bccdDir(): string {
  return resolve(root, process.env.BCCD_DIR ?? '../shared/data/bccd');
}

/** The fixture called `name` (no extension), or undefined where its JSON is absent. Tensors are decoded when asked for. */
export function loadFixture(name: string): Fixture | undefined {
  const jsonFile = join(goldenDir(), `${name}.json`);
  if (!existsSync(jsonFile)) return undefined;
  const json = JSON.parse(readFileSync(jsonFile, 'utf8')) as Record<string, unknown>;
  const tensors = openTensors(join(goldenDir(), `${name}.safetensors`));
  return {
    name,
    json,
    value: <T>(...path: readonly (string | number)[]) => valueAt(name, json, path) as T,
    tolerance: (key) => Number(valueAt(name, json, ['tolerances', key])),
    tensor(tensorName) {
      const entry = tensors.entries.get(tensorName);
      if (entry === undefined) throw new Error(`fixture ${name} has no tensor ${tensorName}`);
      return decode(entry, tensors.bytes);
    },
    has: (tensorName) => tensors.entries.has(tensorName),
    names: (prefix = '') => [...tensors.entries.keys()].filter((key) => key.startsWith(prefix)),
  };
}

/** A vitest suite over one fixture; skipped, with its name in the report, where the fixture is absent. */
export function describeFixture(name: string, fn: (fixture: Fixture) => void): void {
  const fixture = loadFixture(name);
  if (fixture === undefined) {
    describe.skip(`${name}: fixture not found in ${goldenDir()}`, () => {});
    return;
  }
  describe(name, () => fn(fixture));
}

/**
 * Fails unless every |actual - expected| <= abs + rel * |expected| (both default to 0: equal numbers); two NaN, and two equal
 * infinities, agree. The message names the worst element, its index, and how many elements are out.
 */
export function expectClose(
  actual: Numeric,
  expected: Numeric,
  { abs = 0, rel = 0 }: Tolerance,
  what = '',
): void {
  expect(actual.length, `${what} length`).toBe(expected.length);
  let worst = -1;
  let worstExcess = 0;
  let bad = 0;
  for (let i = 0; i < expected.length; i++) {
    const excess = excessOf(Number(actual[i]), Number(expected[i]), { abs, rel });
    if (excess > 0) bad += 1;
    if (excess > worstExcess) [worst, worstExcess] = [i, excess];
  }
  if (bad === 0) return;
  const got = `got ${actual[worst]}, expected ${expected[worst]}`;
  expect.fail(
    `${what} ${bad} of ${expected.length} elements differ by more than abs ${abs} + rel ${rel}; worst at [${worst}]: ${got}`.trim(),
  );
}

/** The largest |actual - expected| over the largest |expected|: the measure of `grad_rel_to_max` tolerances. */
export function relativeToMax(actual: Numeric, expected: Numeric): number {
  expect(actual.length).toBe(expected.length);
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    const gap = Math.abs(Number(actual[i]) - Number(expected[i]));
    if (!(gap <= difference)) difference = gap;
    scale = Math.max(scale, Math.abs(Number(expected[i])));
  }
  return scale === 0 ? difference : difference / scale;
}

/** How far two numbers differ beyond a tolerance; 0 within it. */
export function excessOf(actual: number, expected: number, { abs = 0, rel = 0 }: Tolerance): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  const gap = Math.abs(actual - expected);
  const allowed = abs + rel * Math.abs(expected);
  if (gap <= allowed && Number.isFinite(allowed)) return 0;
  return Number.isFinite(gap) ? gap - allowed : Number.POSITIVE_INFINITY;
}

function valueAt(name: string, json: unknown, path: readonly (string | number)[]): unknown {
  let at = json;
  for (const key of path) {
    const next =
      typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[key] : undefined;
    if (next === undefined) throw new Error(`fixture ${name} has no ${path.join('.')} (stopped at ${key})`);
    at = next;
  }
  return at;
}

function openTensors(file: string): { entries: Map<string, Entry>; bytes: Uint8Array } {
  if (!existsSync(file)) return { entries: new Map(), bytes: new Uint8Array() };
  const bytes = readFileSync(file);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as Record<string, Entry>;
  const entries = Object.entries(header).filter(([key]) => key !== '__metadata__');
  return { entries: new Map(entries), bytes: bytes.subarray(8 + headerLength) };
}

function decode(entry: Entry, all: Uint8Array): FixtureTensor {
  const bytes = new Uint8Array(all.subarray(...entry.data_offsets));
  const reader = readers[entry.dtype];
  if (reader === undefined) throw new Error(`no reader for dtype ${entry.dtype}`);
  const [dtype, read] = reader;
  const data = read(bytes.buffer);
  return { shape: entry.shape, dtype, data, bytes, numbers: () => Array.from(data, Number) };
}

const readers: Readonly<Record<string, readonly [FixtureDtype, (buffer: ArrayBuffer) => FixtureData]>> = {
  F32: ['float32', (b) => new Float32Array(b)],
  F64: ['float64', (b) => new Float64Array(b)],
  F16: ['float16', (b) => Float32Array.from(new Uint16Array(b), halfToNumber)],
  BF16: ['bfloat16', (b) => new Float32Array(Uint32Array.from(new Uint16Array(b), (x) => x << 16).buffer)],
  I64: ['int64', (b) => new BigInt64Array(b)],
  I32: ['int32', (b) => new Int32Array(b)],
  I16: ['int16', (b) => new Int16Array(b)],
  I8: ['int8', (b) => new Int8Array(b)],
  U8: ['uint8', (b) => new Uint8Array(b)],
  BOOL: ['bool', (b) => new Uint8Array(b)],
};

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
