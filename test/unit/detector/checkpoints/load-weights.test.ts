import { afterEach, describe, expect, it } from 'vitest';
import { ParameterStore, toTorch } from '../../../../src/main/detector/autograd/parameter-store.ts';
import { initialWeights } from '../../../../src/main/detector/checkpoints/initial-weights.ts';
import { loadWeights } from '../../../../src/main/detector/checkpoints/load-weights.ts';
import { fromFloat32, type StoredTensor } from '../../../../src/main/detector/checkpoints/stored-tensor.ts';
import { type BackboneConfig, Network } from '../../../../src/main/detector/network.ts';

const lite: BackboneConfig = { kind: 'efficientnet-lite', variant: 0, frozenBlocks: 3 };
const resnet = (depth: 18 | 34): BackboneConfig => ({
  kind: 'resnet',
  depth,
  style: 'pytorch',
  frozenStages: 1,
  baseChannels: 8,
  stemChannels: 8,
});

const made: Network[] = [];
afterEach(() => {
  for (const network of made.splice(0)) network.dispose();
});

function networkOf(
  backbone: BackboneConfig,
  seed: number,
  { numClasses = 3, deformable = true } = {},
): Network {
  const network = new Network(new ParameterStore(initialWeights('random', seed)), {
    backbone,
    neck: { outChannels: 32, startLevel: backbone.kind === 'resnet' ? 1 : 0 },
    head: { numClasses, featChannels: 32, stackedConvs: 1, normGroups: 8, deformable },
  });
  made.push(network);
  return network;
}

/** A network's weights as a file would hold them; `prefix` is taken off its names, and other names left out. */
function tensorsOf({ store }: Network, prefix = '', dtype: 'float32' | 'float16' = 'float32') {
  const tensors = new Map<string, StoredTensor>();
  for (const { name, layout, tensor } of store.all()) {
    const { shape, data } = toTorch(layout, tensor);
    if (!name.startsWith(prefix)) continue;
    tensors.set(name.slice(prefix.length), fromFloat32(Float32Array.from(data), shape, dtype));
  }
  return tensors;
}

function valuesOf(network: Network, name: string): Float32Array {
  return Float32Array.from(network.store.get(name)!.tensor.dataSync<'float32'>());
}

const aFilter = 'backbone._blocks.3._depthwise_conv.weight';
const counter: StoredTensor = { dtype: 'int64', shape: [], data: BigInt64Array.of(7n) };

describe('loadWeights', () => {
  it('takes a whole detector', () => {
    const source = networkOf(lite, 1);
    const target = networkOf(lite, 2);
    const tensors = tensorsOf(source).set('backbone._bn0.num_batches_tracked', counter);
    const report = loadWeights(target.store, tensors, { file: 'a.pth' });
    expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [] });
    expect(report.loaded.length).toBe(target.store.all().length);
    expect(valuesOf(target, aFilter)).toEqual(valuesOf(source, aFilter));
  });

  it('widens halves', () => {
    const source = networkOf(lite, 1);
    const target = networkOf(lite, 2);
    loadWeights(target.store, tensorsOf(source, '', 'float16'), { file: 'a.pth' });
    const expected = valuesOf(source, aFilter);
    valuesOf(target, aFilter).forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(
        2 ** -11 * Math.abs(expected[i]!) + 2 ** -25,
      );
    });
  });

  it('takes a bare backbone without its classifier and leaves the head as it was', () => {
    const source = networkOf(lite, 1);
    const target = networkOf(lite, 2);
    const head = valuesOf(target, 'bbox_head.atss_cls.weight');
    const tensors = tensorsOf(source, 'backbone.');
    for (const name of ['_fc.weight', '_conv_head.weight', '_bn1.weight', '_bn0.num_batches_tracked']) {
      tensors.set(name, counter);
    }
    const report = loadWeights(target.store, tensors, { file: 'a.pth', partial: true });
    expect(report.unexpected).toEqual([]);
    expect(report.missing.filter((name) => name.startsWith('backbone.'))).toEqual([]);
    expect(valuesOf(target, aFilter)).toEqual(valuesOf(source, aFilter));
    expect(valuesOf(target, 'bbox_head.atss_cls.weight')).toEqual(head);
  });

  it('takes a torchvision ResNet without its classifier', () => {
    const tensors = tensorsOf(networkOf(resnet(18), 1), 'backbone.').set('fc.weight', counter);
    const report = loadWeights(networkOf(resnet(18), 2).store, tensors, { file: 'r.pth', partial: true });
    expect(report.unexpected).toEqual([]);
    expect(report.loaded.length).toBe(tensors.size - 1);
  });

  it('fine-tunes a head of other classes from its initial values, and says so', () => {
    const source = networkOf(lite, 1, { numClasses: 80 });
    const target = networkOf(lite, 2);
    const before = valuesOf(target, 'bbox_head.atss_cls.weight');
    const report = loadWeights(target.store, tensorsOf(source), { file: 'coco.pth', fineTune: true });
    expect(report.mismatched).toEqual(['bbox_head.atss_cls.weight', 'bbox_head.atss_cls.bias']);
    expect(valuesOf(target, 'bbox_head.atss_cls.weight')).toEqual(before);
    expect(valuesOf(target, 'bbox_head.atss_reg.weight')).toEqual(
      valuesOf(source, 'bbox_head.atss_reg.weight'),
    );
  });

  it.each([
    [
      'other classes',
      () => tensorsOf(networkOf(lite, 1, { numClasses: 80 })),
      'x.pth seems to hold DDOD with an EfficientNet-Lite0 and 80 classes, but the network is DDOD with an EfficientNet-Lite0 and 3 classes.',
    ],
    [
      'another head',
      () => tensorsOf(networkOf(lite, 1, { deformable: false })),
      'x.pth seems to hold ATSS(IoU) with an EfficientNet-Lite0 and 3 classes, but the network is DDOD with an EfficientNet-Lite0 and 3 classes.',
    ],
    [
      'a bare backbone',
      () => tensorsOf(networkOf(lite, 1), 'backbone.'),
      'x.pth seems to hold an EfficientNet-Lite0 backbone, but the network is DDOD with an EfficientNet-Lite0 and 3 classes.',
    ],
  ])('refuses %s for use as it is', (_, tensors, message) => {
    const target = networkOf(lite, 2);
    const before = valuesOf(target, aFilter);
    expect(() => loadWeights(target.store, tensors(), { file: '/some/where/x.pth' })).toThrow(message);
    expect(valuesOf(target, aFilter)).toEqual(before);
  });

  it.each([
    [
      'of another family',
      lite,
      resnet(18),
      'a ResNet-18 backbone, but the network is an EfficientNet-Lite0 backbone.',
    ],
    ['shallower', resnet(34), resnet(18), 'a ResNet-18 backbone, but the network is a ResNet-34 backbone.'],
    ['deeper', resnet(18), resnet(34), 'a ResNet-34 backbone, but the network is a ResNet-18 backbone.'],
    [
      'of other widths',
      resnet(18),
      { ...resnet(18), baseChannels: 16 } as BackboneConfig,
      'a ResNet-18 backbone, but the network is a ResNet-18 backbone; backbone.',
    ],
  ])('refuses a backbone %s even to start from', (_, wanted, held, message) => {
    const tensors = tensorsOf(networkOf(held, 1), 'backbone.');
    const { store } = networkOf(wanted, 2);
    expect(() => loadWeights(store, tensors, { file: 'x.pth', partial: true, fineTune: true })).toThrow(
      message,
    );
  });

  it('names what an unknown file begins with', () => {
    const tensors = new Map([['encoder.0.weight', fromFloat32(new Float32Array(1), [1])]]);
    const { store } = networkOf(lite, 2);
    expect(() => loadWeights(store, tensors, { file: 'x.pth', fineTune: true })).toThrow(
      /weights of another kind/,
    );
  });
});

describe('initialWeights', () => {
  it('depends on seed and name alone', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => valuesOf(networkOf(lite, seed), aFilter));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('has the asked spread and bounds', () => {
    const draw = initialWeights('random', 3);
    const spec = { name: 'w', shape: [20_000], layout: 'plain', trainable: true } as const;
    const normal = draw({ ...spec, init: { kind: 'normal', deviation: 0.01 } });
    const deviation = Math.sqrt(normal.reduce((sum, value) => sum + value * value, 0) / normal.length);
    expect(deviation).toBeGreaterThan(0.0097);
    expect(deviation).toBeLessThan(0.0103);
    const uniform = draw({ ...spec, init: { kind: 'uniform', bound: 0.5 } });
    expect(Math.max(...uniform)).toBeLessThan(0.5);
    expect(Math.min(...uniform)).toBeLessThan(-0.49);
    expect(draw({ ...spec, init: { kind: 'constant', value: -4.5 } }).every((value) => value === -4.5)).toBe(
      true,
    );
  });
});
