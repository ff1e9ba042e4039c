// The full ResNet-50 detector with the reference's weights as a graph for exports, and its maps against the reference's.
import { expect } from 'vitest';
import { ParameterStore } from '../../src/main/detector/autograd/parameter-store.ts';
import { hashUniform } from '../../src/main/detector/data/hash-uniform.ts';
import { headsGraph } from '../../src/main/detector/export/detector-graph.ts';
import { Network } from '../../src/main/detector/network.ts';
import { type Fixture, loadFixture, relativeToMax } from './fixture.ts';
import { hashedWeights, networkConfigOf } from './network.ts';

const kinds = [
  ['cls_logits', 'cls_score'],
  ['bbox_preds', 'bbox_pred'],
  ['iou_logits', 'iou_pred'],
] as const;

/** A map as a runtime gives it: channels last, of one image. */
export interface RuntimeMap {
  readonly data: ArrayLike<number>;
  readonly dims: readonly number[];
}

/** The detector itself; undefined where the reference's weights are not described. */
export function r50Network(): Network | undefined {
  const source = loadFixture('backbone_fpn_r50');
  if (source === undefined) return undefined;
  const config = networkConfigOf(source.value('config', 'model'));
  return new Network(new ParameterStore(hashedWeights(source)), config);
}

/** The graph from image bytes to the head's maps, and the image that the reference saw. */
export function r50() {
  const network = r50Network()!;
  const graph = headsGraph(network);
  network.dispose();
  return { graph, image: inputImage(loadFixture('backbone_fpn_r50')!) };
}

export function checkMaps(fixture: Fixture, maps: Readonly<Record<string, RuntimeMap>>): void {
  for (const level of [0, 1, 2, 3, 4]) {
    for (const [ours, theirs] of kinds) {
      const error = relativeToMax(
        channelsFirst(maps[`${ours}.${level}`]!),
        fixture.tensor(`${theirs}.${level}`).data,
      );
      expect(error, `${ours}.${level}`).toBeLessThanOrEqual(fixture.tolerance('rel_to_max'));
    }
  }
}

function channelsFirst({ data, dims: [, height = 0, width = 0, channels = 0] }: RuntimeMap): Float32Array {
  const cells = height * width;
  return Float32Array.from(data, (_, i) => data[(i % cells) * channels + Math.floor(i / cells)]!);
}

/** [1, H, W, 3] uint8 values floor(u * 256) of the hash called "image", drawn channel after channel. */
function inputImage(source: Fixture) {
  const [height = 0, width = 0] = /\(3,(\d+),(\d+)\)/
    .exec(source.value<string>('config', 'image'))!
    .slice(1)
    .map(Number);
  const drawn = hashUniform('image', 3 * height * width);
  const data = Uint8Array.from(drawn, (_, i) =>
    Math.floor(drawn[(i % 3) * height * width + Math.floor(i / 3)]! * 256),
  );
  return { data, dims: [1, height, width, 3] as const };
}
