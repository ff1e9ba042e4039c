// The element types of checkpoint files, and their names in PyTorch and in safetensors.

export type TensorData =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

interface DtypeFacts {
  /** Bytes an element. */
  readonly bytes: number;
  /** The code in a safetensors header. */
  readonly code: string;
  /** PyTorch's storage class. */
  readonly storage: string;
  view(buffer: ArrayBuffer): TensorData;
}

export const dtypeFacts = {
  float64: { bytes: 8, code: 'F64', storage: 'DoubleStorage', view: (b) => new Float64Array(b) },
  float32: { bytes: 4, code: 'F32', storage: 'FloatStorage', view: (b) => new Float32Array(b) },
  float16: { bytes: 2, code: 'F16', storage: 'HalfStorage', view: (b) => new Uint16Array(b) },
  bfloat16: { bytes: 2, code: 'BF16', storage: 'BFloat16Storage', view: (b) => new Uint16Array(b) },
  int64: { bytes: 8, code: 'I64', storage: 'LongStorage', view: (b) => new BigInt64Array(b) },
  int32: { bytes: 4, code: 'I32', storage: 'IntStorage', view: (b) => new Int32Array(b) },
  int16: { bytes: 2, code: 'I16', storage: 'ShortStorage', view: (b) => new Int16Array(b) },
  int8: { bytes: 1, code: 'I8', storage: 'CharStorage', view: (b) => new Int8Array(b) },
  uint8: { bytes: 1, code: 'U8', storage: 'ByteStorage', view: (b) => new Uint8Array(b) },
  bool: { bytes: 1, code: 'BOOL', storage: 'BoolStorage', view: (b) => new Uint8Array(b) },
} as const satisfies Record<string, DtypeFacts>;

export type Dtype = keyof typeof dtypeFacts;

export const dtypes = Object.keys(dtypeFacts) as Dtype[];

const byCode = new Map<string, Dtype>(dtypes.map((dtype) => [dtypeFacts[dtype].code, dtype]));
const byStorage = new Map<string, Dtype>(dtypes.map((dtype) => [dtypeFacts[dtype].storage, dtype]));

/** The dtype of a safetensors code such as `BF16`. */
export const dtypeOfCode = (code: string): Dtype | undefined => byCode.get(code);

/** The dtype of a PyTorch storage class such as `HalfStorage`. */
export const dtypeOfStorage = (name: string): Dtype | undefined => byStorage.get(name);

/** The dtype of PyTorch's own name such as `float32`. */
export const dtypeOfName = (name: string): Dtype | undefined => dtypes.find((dtype) => dtype === name);
