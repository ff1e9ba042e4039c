// A tensor as it lies in a checkpoint: contiguous, row-major, PyTorch's layout (convolution weights are O, I, H, W).
import { type Dtype, dtypeFacts, type TensorData } from './dtype.ts';
import { Malformed } from './malformed.ts';

export interface StoredTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** float16 and bfloat16 stay as their 16 bits in a Uint16Array; bool is 0 or 1. `toFloat32` widens. */
  readonly data: TensorData;
}

/** Where a strided view lies in its storage; strides and offset are counted in elements. */
export interface StridedView {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** The number of elements of a shape (1 for a scalar). */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A tensor over bytes that begin their own buffer. */
export function tensorOver(
  dtype: Dtype,
  shape: readonly number[],
  bytes: Uint8Array<ArrayBuffer>,
): StoredTensor {
  return { dtype, shape, data: dtypeFacts[dtype].view(bytes.buffer) };
}

/** The little-endian bytes of a tensor, not copied. */
export function bytesOf({ data }: StoredTensor): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The values as float32, [product of shape]; a float32 tensor's own data is returned without a copy. */
export function toFloat32({ dtype, data }: StoredTensor): Float32Array<ArrayBuffer> {
  if (data instanceof Float32Array) return data;
  if (dtype === 'bfloat16') return widenBfloat16(data as Uint16Array);
  if (dtype === 'float16') return widenHalf(data as Uint16Array);
  return Float32Array.from(data as ArrayLike<number | bigint>, Number);
}

/** Float32 values as a tensor of `dtype`, rounded to nearest even where it is narrower. */
export function fromFloat32(
  values: Float32Array<ArrayBuffer>,
  shape: readonly number[],
  dtype: 'float32' | 'float16' | 'bfloat16' = 'float32',
): StoredTensor {
  if (dtype === 'float32') return { dtype, shape, data: values };
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const narrow = dtype === 'float16' ? halfOfBits : bfloat16OfBits;
  return { dtype, shape, data: Uint16Array.from(bits, narrow) };
}

/** The elements of `view` in row-major order, as bytes of their own; throws Malformed where it leaves the storage. */
export function contiguousBytes(
  storage: Uint8Array<ArrayBuffer>,
  itemBytes: number,
  view: StridedView,
): Uint8Array<ArrayBuffer> {
  const count = elementCount(view.shape);
  if (count === 0) return new Uint8Array(0);
  const last = view.shape.reduce((at, size, i) => at + (size - 1) * (view.strides[i] ?? 0), view.offset);
  if ((last + 1) * itemBytes > storage.length) throw new Malformed('a tensor reaches beyond its storage');
  if (isRowMajor(view)) return sliceOwned(storage, view.offset * itemBytes, count * itemBytes);
  return gather(storage, itemBytes, view, count);
}

function isRowMajor({ shape, strides }: StridedView): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] ?? 0;
    if (size !== 1 && strides[i] !== expected) return false;
    expected *= size;
  }
  return true;
}

function sliceOwned(storage: Uint8Array<ArrayBuffer>, offset: number, length: number) {
  const whole = offset === 0 && length === storage.length && storage.buffer.byteLength === length;
  return whole ? storage : storage.slice(offset, offset + length);
}

function gather(storage: Uint8Array, itemBytes: number, view: StridedView, count: number) {
  const { shape, strides } = view;
  const result = new Uint8Array(count * itemBytes);
  const index = new Array<number>(shape.length).fill(0);
  let from = view.offset * itemBytes;
  for (let to = 0; to < result.length; to += itemBytes) {
    for (let byte = 0; byte < itemBytes; byte++) result[to + byte] = storage[from + byte] ?? 0;
    from += advance(index, shape, strides) * itemBytes;
  }
  return result;
}

/** Steps `index` to the next element in row-major order and returns how far the storage position moves, in elements. */
function advance(index: number[], shape: readonly number[], strides: readonly number[]): number {
  let moved = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const at = index[axis] ?? 0;
    const stride = strides[axis] ?? 0;
    if (at + 1 < (shape[axis] ?? 0)) {
      index[axis] = at + 1;
      return moved + stride;
    }
    index[axis] = 0;
    moved -= at * stride;
  }
  return moved;
}

function widenBfloat16(bits: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(bits, (half) => half << 16).buffer);
}

function widenHalf(bits: Uint16Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(bits, halfToNumber);
}

function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function halfOfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 and above round to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 halves are multiples of 2^-24.
  if (magnitude < 0x38800000) return sign | roundEven(numberOfBits(magnitude) * 2 ** 24);
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

function bfloat16OfBits(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

const scratch = new Uint32Array(1);
const scratchFloat = new Float32Array(scratch.buffer);

function numberOfBits(bits: number): number {
  scratch[0] = bits;
  return scratchFloat[0] ?? 0;
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
