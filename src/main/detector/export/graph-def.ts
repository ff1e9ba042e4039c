/**
 * TensorFlow's messages as far as exports need them: GraphDef (graphs of nodes), and SavedModel around it. The field
 * numbers are TensorFlow's (core/framework/*.proto, core/protobuf/{saved_model,meta_graph}.proto).
 */
import protobuf from 'protobufjs/light.js';
import type { GraphDtype } from './graph.ts';

/** TensorFlow's numbers of the types that graphs and their files hold. */
export const dataTypes = { float32: 1, int32: 3, uint8: 4, int64: 9, bool: 10, float16: 19 } as const;

export interface TensorShape {
  readonly dim: readonly { readonly size: number }[];
}

/** Bytes of a tensor, little-endian and row-major. */
export interface TensorProto {
  readonly dtype: number;
  readonly tensorShape: TensorShape;
  readonly tensorContent?: Uint8Array;
}

/** One attribute of a node; exactly one field is set. */
export interface AttrValue {
  readonly s?: Uint8Array;
  readonly i?: number;
  readonly f?: number;
  readonly b?: boolean;
  readonly type?: number;
  readonly shape?: TensorShape;
  readonly tensor?: TensorProto;
  readonly list?: { readonly i?: readonly number[]; readonly s?: readonly Uint8Array[] };
}

export interface NodeDef {
  readonly name: string;
  readonly op: string;
  /** `node`, or `node:1` for an output after its first. */
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, AttrValue>>;
}

export interface GraphDef {
  readonly node: readonly NodeDef[];
  readonly versions: { readonly producer: number };
}

/** A tensor as a signature names it. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: number;
  readonly tensorShape: TensorShape;
}

export interface SignatureDef {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly outputs: Readonly<Record<string, TensorInfo>>;
  readonly methodName: string;
}

export interface SavedModel {
  readonly savedModelSchemaVersion: number;
  readonly metaGraphs: readonly {
    readonly metaInfoDef: { readonly tags: readonly string[]; readonly tensorflowVersion: string };
    readonly graphDef: GraphDef;
    readonly signatureDef: Readonly<Record<string, SignatureDef>>;
  }[];
}

type Field = readonly [type: string, id: number, rule?: 'repeated'];

function message(fields: Readonly<Record<string, Field>>, maps: Readonly<Record<string, Field>> = {}) {
  const plain = Object.entries(fields).map(([name, [type, id, rule]]) => [
    name,
    rule === undefined ? { type, id } : { type, id, rule },
  ]);
  const keyed = Object.entries(maps).map(([name, [type, id]]) => [name, { keyType: 'string', type, id }]);
  return { fields: Object.fromEntries([...plain, ...keyed]) as Record<string, protobuf.IField> };
}

const attrFields = {
  list: ['ListValue', 1],
  s: ['bytes', 2],
  i: ['int64', 3],
  f: ['float', 4],
  b: ['bool', 5],
  type: ['DataType', 6],
  shape: ['TensorShape', 7],
  tensor: ['Tensor', 8],
} as const satisfies Record<keyof AttrValue, Field>;

const root = protobuf.Root.fromJSON({
  nested: {
    DataType: {
      values: { DT_INVALID: 0, DT_FLOAT: 1, DT_INT32: 3, DT_UINT8: 4, DT_INT64: 9, DT_BOOL: 10, DT_HALF: 19 },
    },
    Dim: message({ size: ['int64', 1] }),
    TensorShape: message({ dim: ['Dim', 2, 'repeated'] }),
    Tensor: message({ dtype: ['DataType', 1], tensorShape: ['TensorShape', 2], tensorContent: ['bytes', 4] }),
    ListValue: message({ s: ['bytes', 2, 'repeated'], i: ['int64', 3, 'repeated'] }),
    // one of its fields is there, also where it is 0 or false
    AttrValue: { ...message(attrFields), oneofs: { value: { oneof: Object.keys(attrFields) } } },
    NodeDef: message(
      { name: ['string', 1], op: ['string', 2], input: ['string', 3, 'repeated'] },
      { attr: ['AttrValue', 5] },
    ),
    VersionDef: message({ producer: ['int32', 1] }),
    GraphDef: message({ node: ['NodeDef', 1, 'repeated'], versions: ['VersionDef', 4] }),
    TensorInfo: message({ name: ['string', 1], dtype: ['DataType', 2], tensorShape: ['TensorShape', 3] }),
    SignatureDef: message(
      { methodName: ['string', 3] },
      { inputs: ['TensorInfo', 1], outputs: ['TensorInfo', 2] },
    ),
    MetaInfoDef: message({ tags: ['string', 4, 'repeated'], tensorflowVersion: ['string', 5] }),
    MetaGraphDef: message(
      { metaInfoDef: ['MetaInfoDef', 1], graphDef: ['GraphDef', 2] },
      { signatureDef: ['SignatureDef', 5] },
    ),
    SavedModel: message({
      savedModelSchemaVersion: ['int64', 1],
      metaGraphs: ['MetaGraphDef', 2, 'repeated'],
    }),
  },
});

const savedModelType = root.lookupType('SavedModel');
const graphDefType = root.lookupType('GraphDef');
const signatureType = root.lookupType('SignatureDef');

/** The version of GraphDef's meaning that these nodes are written in. */
export const graphVersion = 1087;

/** `saved_model.pb`. */
export function encodeSavedModel(model: SavedModel): Uint8Array {
  return savedModelType.encode(savedModelType.fromObject(model)).finish();
}

/** Protobuf's JSON form: enumerations by name, 64-bit integers as text, bytes as base64. */
const asJson = { enums: String, longs: String, bytes: String } as const;

export function graphDefJson(graph: GraphDef): Record<string, unknown> {
  return graphDefType.toObject(graphDefType.fromObject(graph), asJson);
}

export function signatureJson(signature: SignatureDef): Record<string, unknown> {
  return signatureType.toObject(signatureType.fromObject(signature), asJson);
}

/** Sizes with -1 for what a file leaves open. */
export function shapeOf(sizes: readonly (number | string)[]): TensorShape {
  return { dim: sizes.map((size) => ({ size: typeof size === 'number' ? size : -1 })) };
}

export function typeOf(dtype: GraphDtype): AttrValue {
  return { type: dataTypes[dtype] };
}
