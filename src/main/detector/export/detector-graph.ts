/** The graphs that are exported: a whole detector from an image's bytes, to detections or to the head's maps. */
import { type Network, strides } from '../network.ts';
import type { Graph } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import { GraphOps } from './graph-ops.ts';
import { mapNames, networkGraph } from './network-graph.ts';
import { addDetections, type TestSettings } from './postprocess.ts';
import { addImageInput } from './preprocess.ts';
import { prune } from './prune.ts';

/**
 * Input `image` uint8 [1, image_height, image_width, 3]: RGB, upright, resized to the network's scale. Outputs by falling
 * score: `boxes` [D, 4] xyxy in pixels of that image, `scores` [D], `labels` [D] int32.
 */
export function detectionGraph(network: Network, settings: TestSettings): Graph {
  const { ops, image, maps } = begin(network, 1);
  const levels = strides.map((_, l) => {
    const [clsLogits = '', bboxPreds = '', iouLogits = ''] = mapNames.map((kind) => maps.get(`${kind}.${l}`));
    return { clsLogits, bboxPreds, iouLogits };
  });
  const { boxes, scores, labels } = addDetections(ops, image, levels, settings);
  return prune(ops.builder.build([boxes, scores, labels]));
}

/** The same input, with any number of images of one size; outputs are the head's maps as in `networkGraph`. */
export function headsGraph(network: Network): Graph {
  const { ops, maps } = begin(network, 'batch');
  return prune(ops.builder.build([...maps.values()]));
}

function begin(network: Network, batch: 1 | 'batch') {
  const ops = new GraphOps(new GraphBuilder());
  const { image, pixels } = addImageInput(ops, batch, network.backbone.normalisation);
  const maps = ops.builder.splice(networkGraph(network, batch), { pixels });
  return { ops, image, maps };
}
