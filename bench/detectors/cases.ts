// The cases of bench/train-step and bench/inference: our side of one, and both sides in processes of their own.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ParameterStore } from '../../src/main/detector/autograd/parameter-store.ts';
import { initialWeights } from '../../src/main/detector/checkpoints/initial-weights.ts';
import { Rng } from '../../src/main/detector/data/rng.ts';
import type { ImageTruth } from '../../src/main/detector/heads/assign-batch.ts';
import { type BackboneConfig, Network } from '../../src/main/detector/network.ts';
import { type Tensor, tf } from '../../src/main/detector/tf.ts';

export interface Case {
  readonly backbone: BackboneConfig;
  readonly channels: number;
  readonly numClasses: number;
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

export interface Measured {
  readonly seconds: number;
  readonly peakMb: number;
  readonly parameters: number;
}

const lite0: BackboneConfig = { kind: 'efficientnet-lite', variant: 0, frozenBlocks: 3 };
const r50: BackboneConfig = {
  kind: 'resnet',
  depth: 50,
  style: 'pytorch',
  frozenStages: 1,
  baseChannels: 64,
  stemChannels: 64,
};
const small = { backbone: lite0, channels: 128, numClasses: 3, height: 256, width: 320 };
const large = { backbone: r50, channels: 256, numClasses: 80, height: 512, width: 512 };

export const cases: Readonly<Record<string, Case>> = {
  lite0_b8_320x256: { ...small, batch: 8 },
  r50_b2_512x512: { ...large, batch: 2 },
  lite0_b1_320x256: { ...small, batch: 1 },
  r50_b1_512x512: { ...large, batch: 1 },
};

export type DetectorKind = 'ddod' | 'atss';
export const runs = Number(process.env.RUNS ?? 5);

export function caseNamed(name: string): Case {
  const found = cases[name];
  if (found === undefined) throw new Error(`there is no case ${name}`);
  return found;
}

export function makeNetwork({ backbone, channels, numClasses }: Case, detector: DetectorKind): Network {
  return new Network(new ParameterStore(initialWeights('random', 0)), {
    backbone,
    neck: { outChannels: channels, startLevel: backbone.kind === 'resnet' ? 1 : 0 },
    head: {
      numClasses,
      featChannels: channels,
      stackedConvs: 4,
      normGroups: 32,
      deformable: detector === 'ddod',
    },
  });
}

/** Random images [N, H, W, 3]. */
export function randomPixels({ batch, height, width }: Case): Tensor {
  return tf.keep(tf.randomNormal([batch, height, width, 3], 0, 1, 'float32', 1));
}

/** Twelve random boxes an image. */
export function randomTruths({ batch, height, width, numClasses }: Case): ImageTruth[] {
  const rng = Rng.seeded('bench');
  return Array.from({ length: batch }, () => {
    const boxes = Array.from({ length: 12 }, () => {
      const [x, y] = [rng.between(0, width * 0.8), rng.between(0, height * 0.8)];
      return [x, y, x + rng.between(16, width * 0.2), y + rng.between(16, height * 0.2)];
    });
    return {
      padHeight: height,
      padWidth: width,
      gtBoxes: Float32Array.from(boxes.flat()),
      gtLabels: Int32Array.from(boxes, () => rng.below(numClasses)),
      ignoreBoxes: new Float32Array(0),
    };
  });
}

/** Median seconds of `once` after a warm-up, and this process' peak memory. */
export function measure(network: Network, once: () => void): Measured {
  const seconds: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const began = performance.now();
    once();
    if (run > 0) seconds.push((performance.now() - began) / 1000);
  }
  const parameters = network.store
    .all()
    .filter(({ name }) => !name.includes('running_'))
    .reduce((sum, { tensor }) => sum + tensor.size, 0);
  const median = seconds.toSorted((a, b) => a - b)[seconds.length >> 1] ?? 0;
  return { seconds: median, peakMb: process.resourceUsage().maxRSS / 1024, parameters };
}

/** Runs each case on our side and on PyTorch's, one after the other, and prints one JSON document. */
export function compare(script: string, kind: 'train' | 'forward', names: readonly string[]): void {
  const rows = names.flatMap((name) =>
    (['ddod', 'atss'] as const).map((detector) => {
      const ours = runJson(process.execPath, [fileURLToPath(script), name, detector]);
      const peer = peerOf(kind, name, detector);
      const ratios = peer && { seconds: ours.seconds / peer.seconds, memory: ours.peakMb / peer.peakMb };
      return {
        case: name,
        detector,
        ours,
        pytorch: peer ?? 'DDOD_PYTHON names no Python with torch',
        ratios,
      };
    }),
  );
  const machine = { cpu: cpus()[0]?.model ?? '', cores: cpus().length };
  console.log(
    JSON.stringify(
      { bench: kind, machine, runs, ratio: 'ours / PyTorch: below 1 we are better', rows },
      null,
      2,
    ),
  );
}

function peerOf(kind: string, name: string, detector: DetectorKind): Measured | undefined {
  const python = process.env.DDOD_PYTHON;
  if (python === undefined) return undefined;
  const script = fileURLToPath(new URL('../peers/step.py', import.meta.url));
  return runJson(python, [script, kind, name, detector, String(runs)]);
}

function runJson(program: string, args: readonly string[]): Measured {
  // glibc told to keep freed memory: PyTorch at its best
  const malloc = {
    MALLOC_MMAP_MAX_: '0',
    MALLOC_TRIM_THRESHOLD_: '100000000000',
    MALLOC_TOP_PAD_: '268435456',
  };
  const env = program === process.execPath ? process.env : { ...process.env, ...malloc };
  const output = execFileSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Measured;
}
