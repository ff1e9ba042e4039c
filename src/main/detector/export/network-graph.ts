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

/** The head's three kinds of maps, of which there is one a level. */
export const mapNames = ['cls_logits', 'bbox_preds', 'iou_logits'] as const;

/**
 * Input `pixels` [batch, height, width, 3] float32, normalised, sides multiples of 32. Outputs, level after level:
 * `cls_logits.0` [batch, h, w, K], `bbox_preds.0` [batch, h, w, 4], `iou_logits.0` [batch, h, w, 1], and so on.
 */
export function networkGraph(network: Network, batch: 1 | 'batch' = 'batch'): Graph {
  const sizes = { ...traced, batch: batch === 1 ? ([1, 1] as const) : traced.batch };
  const first = traceAt(network, sizes.batch[0], 0);
  const second = traceAt(network, sizes.batch[1], 1);
  const open = Object.entries(sizes).map(([name, pair]) => ({ name, sizes: pair }));
  return prune(unify(first, second, open));
}

/** The graph at one size alone, with every shape known. */
function traceAt(network: Network, batch: number, at: 0 | 1): Graph {
  const pixels = tf.zeros([batch, traced.height[at], traced.width[at], 3]);
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
