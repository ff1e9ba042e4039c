// Tracing: what is recorded, what becomes a constant, and how two sizes become open ones.
import { describe, expect, it } from 'vitest';
import { Tape } from '../../../../src/main/detector/autograd/tape.ts';
import type { Graph } from '../../../../src/main/detector/export/graph.ts';
import { networkGraph } from '../../../../src/main/detector/export/network-graph.ts';
import { prune } from '../../../../src/main/detector/export/prune.ts';
import { trace } from '../../../../src/main/detector/export/trace.ts';
import { unify } from '../../../../src/main/detector/export/unify.ts';
import { relu, upsampleNearest } from '../../../../src/main/detector/ops/arithmetic.ts';
import { attr, op, type Tensor, tf } from '../../../../src/main/detector/tf.ts';
import { smallNetwork } from './network.ts';

const sum = (a: Tensor, b: Tensor) => op('AddV2', [attr.float32()], [a, b]);

describe('a trace', () => {
  it('holds what depends on the input, and the values of what does not', () => {
    const x = tf.ones([2, 3]);
    const weight = tf.tensor1d([1, 2, 3]);
    const { nodes, constants, outputs } = trace({
      inputs: { x },
      names: new Map([[weight, 'layer.weight']]),
      run: () => ({ y: sum(x, tf.mul(weight, 2)) }),
    });
    expect(nodes.map(({ op, inputs }) => [op, inputs])).toEqual([
      ['AddV2', ['x', 'layer.weight']],
      ['Identity', [nodes[0]?.name]],
    ]);
    expect(constants.map(({ name, data }) => [name, [...data]])).toEqual([['layer.weight', [2, 4, 6]]]);
    expect(outputs).toEqual(['y']);
  });

  it('hears nothing after it ended, and refuses an output without an input', () => {
    const x = tf.ones([2]);
    const request = { inputs: { x }, names: new Map(), run: () => ({ y: tf.ones([2]) }) };
    expect(() => trace(request)).toThrow('does not depend on the inputs');
    expect([...tf.add(x, x).dataSync()]).toEqual([2, 2]);
  });
});

describe('two traces', () => {
  const at = (height: number) => {
    const x = tf.ones([1, height, 4, 2]);
    return trace({
      inputs: { x },
      names: new Map(),
      run: () => {
        const tape = new Tape(false);
        const small = relu(tape, tape.constant(x));
        return { y: upsampleNearest(tape, small, height, 4).tensor };
      },
    });
  };

  it('leave open what differs and read sizes off shapes', () => {
    const graph = unify(at(6), at(10), [{ name: 'height', sizes: [6, 10] }]);
    expect(graph.inputs[0]?.shape).toEqual([1, 'height', 4, 2]);
    const ops = graph.nodes.map((node) => node.op);
    expect(ops).toEqual(['Relu', 'Shape', 'Slice', 'ResizeNearestNeighbor', 'Identity']);
    expect(graph.nodes.at(-2)?.inputs).toEqual(['Relu', 'Slice']);
  });

  it('must agree but in the open sizes', () => {
    expect(() => unify(at(6), at(10), [])).toThrow('follow none of the open sizes');
  });
});

it('what no output needs is removed', () => {
  const tensor = (name: string) => ({ name, shape: [1], dtype: 'float32' }) as const;
  const node = (name: string, inputs: string[]) =>
    ({ name, op: 'Relu', inputs, outputs: [tensor(name)], attributes: {} }) as const;
  const graph: Graph = {
    inputs: [tensor('x')],
    constants: [
      { ...tensor('used'), shape: [1], data: Float32Array.of(1) },
      { ...tensor('unused'), shape: [1], data: Float32Array.of(2) },
    ],
    nodes: [node('a', ['x', 'used']), node('dead', ['a', 'unused']), node('b', ['a'])],
    outputs: ['b'],
  };
  const pruned = prune(graph);
  expect(pruned.nodes.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(pruned.constants.map(({ name }) => name)).toEqual(['used']);
});

it('a network becomes a graph of open batch, height and width', () => {
  const network = smallNetwork();
  const tensors = tf.memory().numTensors;
  const graph = networkGraph(network);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(graph.inputs[0]?.shape).toEqual(['batch', 'height', 'width', 3]);
  const ops = new Set(graph.nodes.map((node) => node.op));
  expect([...ops].some((name) => name.startsWith('Ddod'))).toBe(false);
  expect(graph.nodes.filter((node) => node.op === 'DeformConv2D').length).toBe(10);
  const shapes = new Map(graph.nodes.flatMap((node) => node.outputs.map(({ name, shape }) => [name, shape])));
  expect(graph.outputs.map((name) => shapes.get(name)).slice(-3)).toEqual([
    ['batch', 'height/128', 'width/128', 3],
    ['batch', 'height/128', 'width/128', 4],
    ['batch', 'height/128', 'width/128', 1],
  ]);
  expect(graph.constants.map(({ name }) => name)).toContain('backbone._conv_stem.weight');
  network.dispose();
});
