/** Listens to the TensorFlow ops that run: what the tracer of exports hears. */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';

export type AttributeValue = number | string | boolean | readonly number[];

/** One op as it ran. Names are TensorFlow's, those of tfjs-core's kernels where it asked for them, or a composite's. */
export interface RecordedOp {
  readonly name: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

type Listener = (op: RecordedOp) => void;

let listener: Listener | undefined;

/** True while someone listens: operations then run in forms that other runtimes have too. */
export function isRecording(): boolean {
  return listener !== undefined;
}

/** Runs `body` and tells `hear` of each op in it, in order. */
export function listen<T>(hear: Listener, body: () => T): T {
  if (listener !== undefined) throw new Error('ops are being recorded already');
  listener = hear;
  try {
    return body();
  } finally {
    listener = undefined;
  }
}

/** Runs an op; a listener hears of it as a whole and not of what it calls. */
export function told<T extends Tensor | Tensor[]>(
  name: string,
  attributes: () => Readonly<Record<string, AttributeValue>>,
  inputs: readonly Tensor[],
  run: () => T,
): T {
  const hear = listener;
  if (hear === undefined) return run();
  listener = undefined;
  try {
    const made = run();
    const outputs: Tensor[] = Array.isArray(made) ? made : [made];
    hear({ name, attributes: attributes(), inputs, outputs });
    return made;
  } finally {
    listener = hear;
  }
}
