// Small untrained detectors, with weights large enough that every part shows in the outputs.
import { ParameterStore } from '../../../../src/main/detector/autograd/parameter-store.ts';
import { initialWeights } from '../../../../src/main/detector/checkpoints/initial-weights.ts';
import { type BackboneConfig, Network } from '../../../../src/main/detector/network.ts';

const lite0: BackboneConfig = { kind: 'efficientnet-lite', variant: 0, frozenBlocks: 3 };

/** Untrained, deformable unless asked otherwise. */
export function smallNetwork(backbone: BackboneConfig = lite0, deformable = true): Network {
  const head = { numClasses: 3, featChannels: 16, stackedConvs: 2, normGroups: 4, deformable };
  const startLevel = backbone.kind === 'resnet' ? 1 : 0;
  const store = new ParameterStore(initialWeights('random', 0));
  return new Network(store, { backbone, neck: { outChannels: 16, startLevel }, head });
}
