/** The part of ONNX's file format that models need, as protobuf messages: names, numbers and types of its fields. */
import protobuf from 'protobufjs';

type Fields = Readonly<Record<string, readonly [type: string, id: number, rule?: 'repeated']>>;

const messages: Readonly<Record<string, Fields>> = {
  Model: {
    irVersion: ['int64', 1],
    producerName: ['string', 2],
    producerVersion: ['string', 3],
    docString: ['string', 6],
    graph: ['Graph', 7],
    opsetImport: ['OperatorSet', 8, 'repeated'],
    metadataProps: ['StringEntry', 14, 'repeated'],
  },
  OperatorSet: { domain: ['string', 1], version: ['int64', 2] },
  StringEntry: { key: ['string', 1], value: ['string', 2] },
  Graph: {
    node: ['Node', 1, 'repeated'],
    name: ['string', 2],
    initializer: ['Tensor', 5, 'repeated'],
    input: ['ValueInfo', 11, 'repeated'],
    output: ['ValueInfo', 12, 'repeated'],
  },
  Node: {
    input: ['string', 1, 'repeated'],
    output: ['string', 2, 'repeated'],
    name: ['string', 3],
    opType: ['string', 4],
    attribute: ['Attribute', 5, 'repeated'],
  },
  Attribute: {
    name: ['string', 1],
    f: ['float', 2],
    i: ['int64', 3],
    s: ['bytes', 4],
    ints: ['int64', 8, 'repeated'],
    type: ['int32', 20],
  },
  Tensor: {
    dims: ['int64', 1, 'repeated'],
    dataType: ['int32', 2],
    name: ['string', 8],
    rawData: ['bytes', 9],
  },
  ValueInfo: { name: ['string', 1], type: ['Type', 2] },
  Type: { tensorType: ['TensorType', 1] },
  TensorType: { elemType: ['int32', 1], shape: ['Shape', 2] },
  Shape: { dim: ['Dimension', 1, 'repeated'] },
  Dimension: { dimValue: ['int64', 1], dimParam: ['string', 2] },
};

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(messages).map(([name, fields]) => [
      name,
      {
        fields: Object.fromEntries(
          Object.entries(fields).map(([field, [type, id, rule]]) => [
            field,
            { type, id, ...(rule === undefined ? {} : { rule }) },
          ]),
        ),
      },
    ]),
  ),
});

const Model = root.lookupType('Model');

export interface OnnxAttribute {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly ints?: readonly number[];
}

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly OnnxAttribute[];
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
}

export interface OnnxValueInfo {
  readonly name: string;
  readonly type: {
    readonly tensorType: {
      readonly elemType: number;
      readonly shape: {
        readonly dim: readonly ({ readonly dimValue: number } | { readonly dimParam: string })[];
      };
    };
  };
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producerName: string;
  readonly docString: string;
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
  readonly metadataProps: readonly { readonly key: string; readonly value: string }[];
  readonly graph: {
    readonly name: string;
    readonly node: readonly OnnxNode[];
    readonly initializer: readonly OnnxTensor[];
    readonly input: readonly OnnxValueInfo[];
    readonly output: readonly OnnxValueInfo[];
  };
}

/** `TensorProto.DataType`. */
export const onnxTypes = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10 } as const;
export type OnnxType = keyof typeof onnxTypes;

/** `AttributeProto.AttributeType`. */
export const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** The bytes of a model file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  return Model.encode(Model.fromObject(model as never)).finish();
}

/** What a model file says. */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  return Model.decode(bytes) as unknown as OnnxModel;
}
