/**
 * The one door to TensorFlow: loads tfjs-node-gpu and lets any TensorFlow op be called by name.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import util from 'node:util';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { type AttributeValue, isRecording, told } from './op-recorder.ts';

export type { Tensor } from '@tensorflow/tfjs-node-gpu';

type TensorFlow = typeof import('@tensorflow/tfjs-node-gpu');

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

interface NodeBackend {
  readonly binding: Readonly<Record<string, number>>;
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(name: string, attributes: Attribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[];
}

const load = createRequire(import.meta.url);

export const tf: TensorFlow = loadTensorFlow();

const backend = tf.backend() as unknown as NodeBackend;

export const onGpu: boolean = backend.isUsingGpuDevice;

/** True when the project's own CPU kernels (ops/native) are compiled and loaded. */
export const hasNativeOps: boolean = loadNativeOps();

/** Version of the TensorFlow library that runs. */
export function tensorFlowVersion(): string {
  return String(binding.TF_Version);
}

/** tfjs-node calls two functions of `util` that Node 23 removed. */
function loadTensorFlow(): TensorFlow {
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined = (value: unknown) => value === undefined || value === null;
  legacy.isArray = Array.isArray;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // on by itself where a processor has AVX-512 VNNI: the same run would give other numbers there (ADR 17)
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '0';
  return load('@tensorflow/tfjs-node-gpu') as TensorFlow;
}

function loadNativeOps(): boolean {
  const root = new URL('../../../node_modules/.cache/ddod/ddod_ops.node', import.meta.url);
  const file = process.env.DDOD_OPS ?? decodeURIComponent(root.pathname);
  if (file === 'none' || !existsSync(file)) return false;
  load(file);
  return true;
}

const { binding } = backend;

/** Typed attributes of a TensorFlow op, as `TF_AttrType` wants them. */
export const attr = {
  float32: (name = 'T'): Attribute => ({ name, type: number('TF_ATTR_TYPE'), value: number('TF_FLOAT') }),
  int32: (name: string): Attribute => ({ name, type: number('TF_ATTR_TYPE'), value: number('TF_INT32') }),
  int: (name: string, value: number): Attribute => ({ name, type: number('TF_ATTR_INT'), value }),
  ints: (name: string, value: readonly number[]): Attribute => ({
    name,
    type: number('TF_ATTR_INT'),
    value: [...value],
  }),
  float: (name: string, value: number): Attribute => ({ name, type: number('TF_ATTR_FLOAT'), value }),
  bool: (name: string, value: boolean): Attribute => ({ name, type: number('TF_ATTR_BOOL'), value }),
  text: (name: string, value: string): Attribute => ({ name, type: number('TF_ATTR_STRING'), value }),
};

function number(key: string): number {
  const value = binding[key];
  if (value === undefined) throw new Error(`the TensorFlow binding lacks ${key}`);
  return value;
}

/** Runs the TensorFlow op `name` eagerly; one output. */
export function op(name: string, attributes: Attribute[], inputs: Tensor[]): Tensor {
  return told(
    name,
    () => valuesOf(attributes),
    inputs,
    () => backend.executeSingleOutput(name, attributes, inputs),
  );
}

/** Runs the TensorFlow op `name` eagerly; `outputs` outputs. */
export function ops(name: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[] {
  return told(
    name,
    () => valuesOf(attributes),
    inputs,
    () => backend.executeMultipleOutputs(name, attributes, inputs, outputs),
  );
}

/** True where operations should use the project's own kernels: exports are written from TensorFlow's forms. */
export function useNativeOps(): boolean {
  return hasNativeOps && !onGpu && !isRecording();
}

/** Attributes by name, without those that name types. */
function valuesOf(attributes: readonly Attribute[]): Record<string, AttributeValue> {
  const told = attributes.filter(({ type }) => type !== binding.TF_ATTR_TYPE);
  return Object.fromEntries(told.map(({ name, value }) => [name, value as AttributeValue]));
}

/** A 1-D int32 tensor, for shapes and paddings. */
export function ints(values: readonly number[]): Tensor {
  return tf.tensor1d([...values], 'int32');
}
