/** The graph of a detector's network: from normalised pixels to the head's maps, before any sigmoid. */
import { Tape } from '../autograd/tape.ts';
import type { Network } from '../network.ts';
import { type Tensor, tf } from '../tf.ts';
import type { Graph } from './graph.ts';
import { prune } from './prune.ts';
import { trace } from './trace.ts';
import { unify } from './unify.ts';

/** Sizes of the two traces: at every stride of the pyramid they tell height, width and batch apart. */
const traced = { batch: [2, 1], height: [128, 256], width: [128, 512] } as const;

/** One of the head's three kinds of maps a level, in the pyramid's order. */
export const mapNames = ['cls_logits', 'bbox_preds', 'iou_logits'] as const;

/**
 * Input `pixels` [batch, height, width, 3] float32, normalised, sides multiples of 32. Outputs, level after level:
 * `cls_logits` [batch, h, w, K], `bbox_preds` [batch, h, w, 4], `iou_logits` [batch, h, w, 1].
 */
export function networkGraph(network: Network): Graph {
  const [first, second] = [0, 1].map((at) => traceAt(network, at as 0 | 1)) as [Graph, Graph];
  const open = Object.entries(traced).map(([name, sizes]) => ({ name, sizes }));
  return prune(unify(first, second, open));
}

/** The graph at one size alone, with every shape known. */
function traceAt(network: Network, at: 0 | 1): Graph {
  const pixels = tf.zeros([traced.batch[at], traced.height[at], traced.width[at], 3]);
  const names = new Map(network.store.all().map(({ name, tensor }) => [tensor, name]));
  const graph = trace({ inputs: { pixels }, names, run: () => mapsOf(network, pixels) });
  pixels.dispose();
  return graph;
}

function mapsOf(network: Network, pixels: Tensor): Record<string, Tensor> {
  const maps: Record<string, Tensor> = {};
  network.forward(new Tape(false), pixels).forEach(({ clsLogits, bboxPreds, iouLogits }, level) => {
    [clsLogits, bboxPreds, iouLogits].forEach(({ tensor }, kind) => {
      maps[`${mapNames[kind]}.${level}`] = tensor;
    });
  });
  return maps;
}
