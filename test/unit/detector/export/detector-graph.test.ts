// The graphs that are written: their ends, and that every tensor is made before it is read.
import { afterAll, describe, expect, it } from 'vitest';
import { detectionGraph, headsGraph } from '../../../../src/main/detector/export/detector-graph.ts';
import type { Graph } from '../../../../src/main/detector/export/graph.ts';
import { testDefaults } from '../../../../src/main/detector/postprocess/detections.ts';
import { smallNetwork } from './network.ts';

const network = smallNetwork();
afterAll(() => network.dispose());

const graphs: [string, Graph][] = [
  ['official', detectionGraph(network, testDefaults)],
  ['mmdet3', detectionGraph(network, { ...testDefaults, rule: 'mmdet3' })],
  ['heads', headsGraph(network)],
];

describe.each(graphs)('%s', (_, graph) => {
  it('makes every tensor once, before it is read', () => {
    const made = new Set([...graph.inputs, ...graph.constants].map(({ name }) => name));
    for (const node of graph.nodes) {
      for (const input of node.inputs) expect(made, `${node.name} reads ${input}`).toContain(input);
      for (const { name } of node.outputs) {
        expect(made).not.toContain(name);
        made.add(name);
      }
    }
    for (const output of graph.outputs) expect(made).toContain(output);
  });

  it('takes bytes of any size', () => {
    expect(graph.inputs).toMatchObject([{ name: 'image', dtype: 'uint8' }]);
    expect(graph.inputs[0]?.shape.slice(1)).toEqual(['image_height', 'image_width', 3]);
  });
});

it('gives detections, or maps', () => {
  expect(graphs.map(([, graph]) => graph.outputs.slice(0, 3))).toEqual([
    ['boxes', 'scores', 'labels'],
    ['boxes', 'scores', 'labels'],
    ['cls_logits.0', 'bbox_preds.0', 'iou_logits.0'],
  ]);
});
