// Our side of a case: the network with random weights, random images and boxes, and the clock.
import { readFileSync } from 'node:fs';
import type { ImageTruth } from '../../src/main/detector/assigners/assign-image.ts';
import { ParameterStore } from '../../src/main/detector/autograd/parameter-store.ts';
import { initialWeights } from '../../src/main/detector/checkpoints/initial-weights.ts';
import { Rng } from '../../src/main/detector/data/rng.ts';
import { type BackboneConfig, Network } from '../../src/main/detector/network.ts';
import { type Tensor, tf } from '../../src/main/detector/tf.ts';
import type { Case, DetectorKind } from './cases.ts';

export interface Measured {
  /** Median after the warm-up. */
  readonly seconds: number;
  readonly fastest: number;
  readonly peakMb: number;
  /** Memory before the first turn. */
  readonly beforeMb: number;
  /** Loss of the last step, or the sum of the outputs: not finite where the work was not real. */
  readonly check: number;
  readonly parameters: number;
  /** CPU time of the whole process, all threads, start included. */
  readonly cpuSeconds: number;
}

export const runs = Number(process.env.RUNS ?? 5);
const offsetSeed = 8;
const boxesPerImage = 12;

export function makeNetwork({ backbone, channels, classes }: Case, detector: DetectorKind): Network {
  const network = new Network(new ParameterStore(initialWeights('random', 0)), {
    backbone: backboneOf(backbone),
    neck: { outChannels: channels, startLevel: backbone === 'lite0' ? 0 : 1 },
    head: {
      numClasses: classes,
      featChannels: channels,
      stackedConvs: 4,
      normGroups: 32,
      deformable: detector === 'ddod',
    },
  });
  // at offsets of zero a deformable convolution reads along rows, as it never does later
  for (const parameter of network.store.all()) {
    if (parameter.name.endsWith('conv_offset.bias')) {
      parameter.assign(tf.randomUniform(parameter.tensor.shape, -1.5, 1.5, 'float32', offsetSeed));
    }
  }
  return network;
}

function backboneOf(name: Case['backbone']): BackboneConfig {
  if (name === 'lite0') return { kind: 'efficientnet-lite', variant: 0, frozenBlocks: 3 };
  const depth = name === 'r18' ? 18 : 50;
  return { kind: 'resnet', depth, style: 'pytorch', frozenStages: 1, baseChannels: 64, stemChannels: 64 };
}

/** Random images [N, H, W, 3]. */
export function randomPixels({ batch, height, width }: Case): Tensor {
  return tf.keep(tf.randomNormal([batch, height, width, 3], 0, 1, 'float32', 1));
}

/** Twelve random boxes an image. */
export function randomTruths({ batch, height, width, classes }: Case): ImageTruth[] {
  const rng = Rng.seeded('bench');
  const box = () => {
    const [x, y] = [rng.between(0, width * 0.8), rng.between(0, height * 0.8)];
    return [x, y, x + rng.between(16, width * 0.2), y + rng.between(16, height * 0.2)];
  };
  return Array.from({ length: batch }, () => ({
    padHeight: height,
    padWidth: width,
    gtBoxes: Float32Array.from(Array.from({ length: boxesPerImage }, box).flat()),
    gtLabels: Int32Array.from({ length: boxesPerImage }, () => rng.below(classes)),
    ignoreBoxes: new Float32Array(0),
  }));
}

/** Times `once` after a warm-up and reads this process' memory. `once` returns a number that shows the work was real. */
export async function measure(network: Network, once: () => number | Promise<number>): Promise<Measured> {
  const beforeMb = peakMb();
  let check = await once();
  const seconds: number[] = [];
  while (seconds.length < runs) {
    const began = performance.now();
    check = await once();
    seconds.push((performance.now() - began) / 1000);
  }
  seconds.sort((a, b) => a - b);
  const cpu = process.cpuUsage();
  const weights = network.store.all().filter(({ name }) => !name.includes('running_'));
  return {
    seconds: seconds[runs >> 1] ?? Number.NaN,
    fastest: seconds[0] ?? Number.NaN,
    peakMb: peakMb(),
    beforeMb,
    check,
    parameters: weights.reduce((sum, { tensor }) => sum + tensor.size, 0),
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
  };
}

/** The largest memory of this program so far. Linux's rusage also counts the program that started it. */
function peakMb(): number {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
    if (line) return Number(line[1]) / 1024;
  } catch {
    // no /proc outside Linux
  }
  return process.resourceUsage().maxRSS / 1024;
}
