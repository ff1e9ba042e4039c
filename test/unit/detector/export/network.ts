// Small untrained detectors, with weights drawn so that every part of them shows in the outputs.
import {
  type ParameterSpec,
  ParameterStore,
} from '../../../../src/main/detector/autograd/parameter-store.ts';
import { initialWeights } from '../../../../src/main/detector/checkpoints/initial-weights.ts';
import { hashUniform } from '../../../../src/main/detector/data/hash-uniform.ts';
import { type BackboneConfig, Network } from '../../../../src/main/detector/network.ts';

const lite0: BackboneConfig = { kind: 'efficientnet-lite', variant: 0, frozenBlocks: 3 };

/** Centre and reach of weights that training would have moved from where they start. */
const moved: readonly [names: RegExp, centre: number, reach: number][] = [
  [/atss_cls\.weight$/, 0, 0.5],
  [/atss_(reg|iou)\.weight$/, 0, 0.3],
  [/atss_cls\.bias$/, -2, 0.5],
  [/conv_offset\.weight$/, 0, 0.3],
  [/scales\.\d\.scale$/, 1, 0.3],
  [/(running_var|gn\.weight|bn\d?\.weight)$/, 1, 0.3],
  [/(running_mean|gn\.bias|bn\d?\.bias)$/, 0, 0.3],
];

const fresh = initialWeights('random', 0);

/** Every weight by its name alone. */
export const movedWeights = (spec: ParameterSpec): Float32Array => drawn(spec) ?? fresh(spec);

/** Deformable unless asked otherwise. */
export function smallNetwork(backbone: BackboneConfig = lite0, deformable = true): Network {
  const head = { numClasses: 3, featChannels: 16, stackedConvs: 2, normGroups: 4, deformable };
  const startLevel = backbone.kind === 'resnet' ? 1 : 0;
  return new Network(new ParameterStore(movedWeights), {
    backbone,
    neck: { outChannels: 16, startLevel },
    head,
  });
}

function drawn({ name, shape }: ParameterSpec): Float32Array | undefined {
  const found = moved.find(([names]) => names.test(name));
  if (found === undefined) return undefined;
  const [, centre, reach] = found;
  const size = shape.reduce((product, side) => product * side, 1);
  return Float32Array.from(hashUniform(name, size), (u) => centre + reach * (2 * u - 1));
}
