/**
 * Times our COCO evaluation against pycocotools on the same made-up detections: 5,000 images, 100 detections each, 80
 * classes. DDOD_PYTHON names a Python with pycocotools; without it ours is timed alone. Prints JSON: seconds, the ratio of
 * their time to ours (above 1: ours is faster), and the largest difference of any of the twelve numbers.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cocoMetricNames, evaluateCoco } from '../src/main/detector/evaluation/coco.ts';
import { readCocoFiles } from '../src/main/detector/evaluation/coco-files.ts';

interface Peer {
  readonly version: string;
  readonly seconds: number;
  readonly stats: readonly number[];
}

const images = Number(process.env.IMAGES ?? 5000);
const detections = 100;
const classes = 80;
const runs = Number(process.env.RUNS ?? 5);

/** Numbers 0 to 1, the same in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = generator(1);
const whole = (count: number) => Math.floor(random() * count);
const tenths = (value: number) => Math.round(value * 10) / 10;

/** About seven objects an image, as in COCO; sizes from 8 to 400 pixels, evenly in their logarithm. */
function makeTruth() {
  const annotations = Array.from({ length: images * 7 }, (_, i) => {
    const [width, height] = [tenths(8 * 50 ** random()), tenths(8 * 50 ** random())];
    const bbox = [tenths(random() * 240), tenths(random() * 80), width, height];
    const area = tenths(width * height * (0.5 + random() / 2));
    const iscrowd = random() < 0.01 ? 1 : 0;
    return { id: i + 1, image_id: 1 + whole(images), category_id: 1 + whole(classes), bbox, area, iscrowd };
  });
  return {
    images: Array.from({ length: images }, (_, i) => ({ id: i + 1, width: 640, height: 480 })),
    annotations,
    categories: Array.from({ length: classes }, (_, i) => ({ id: i + 1, name: `class ${i + 1}` })),
  };
}

/** Several shaken copies of each object, filled up to 100 an image with boxes anywhere. */
function makeDetections(truth: ReturnType<typeof makeTruth>) {
  const copies = truth.annotations.flatMap(({ image_id, category_id, bbox }) =>
    Array.from({ length: 4 }, () => ({
      image_id,
      category_id: random() < 0.8 ? category_id : 1 + whole(classes),
      bbox: bbox.map((value) => tenths(Math.max(1, value + (random() - 0.5) * 0.3 * (bbox[2] ?? 0)))),
      score: Math.round(random() * 1000) / 1000,
    })),
  );
  const fill = Array.from({ length: images * detections - copies.length }, () => ({
    image_id: 1 + whole(images),
    category_id: 1 + whole(classes),
    bbox: [random() * 500, random() * 400, 8 + random() * 200, 8 + random() * 200].map(tenths),
    score: Math.round(random() * 500) / 1000,
  }));
  return [...copies, ...fill];
}

function pycocotools(gtFile: string, dtFile: string): Peer | undefined {
  const python = process.env.DDOD_PYTHON;
  if (python === undefined) return undefined;
  const script = fileURLToPath(new URL('peers/coco_eval.py', import.meta.url));
  return JSON.parse(execFileSync(python, [script, gtFile, dtFile], { encoding: 'utf8' })) as Peer;
}

/** The median seconds of several runs after one to warm up, and the numbers. */
function ours(gtFile: string, dtFile: string) {
  const { input } = readCocoFiles(gtFile, dtFile);
  let result = evaluateCoco(input);
  const seconds = Array.from({ length: runs }, () => {
    const begin = performance.now();
    result = evaluateCoco(input);
    return (performance.now() - begin) / 1000;
  });
  seconds.sort((a, b) => a - b);
  return { seconds: seconds[Math.floor(runs / 2)] ?? Number.NaN, metrics: result.metrics };
}

const folder = mkdtempSync(join(tmpdir(), 'bench-coco-eval-'));
try {
  const [gtFile, dtFile] = [join(folder, 'gt.json'), join(folder, 'dt.json')];
  const truth = makeTruth();
  writeFileSync(gtFile, JSON.stringify(truth));
  writeFileSync(dtFile, JSON.stringify(makeDetections(truth)));
  const own = ours(gtFile, dtFile);
  const peer = pycocotools(gtFile, dtFile);
  const gaps = peer?.stats.map((value, i) => Math.abs(value - own.metrics[cocoMetricNames[i] ?? 'AP']));
  const report = {
    machine: { cpu: cpus()[0]?.model, cores: cpus().length },
    size: { images, detections: images * detections, classes, objects: truth.annotations.length },
    seconds: { ours: own.seconds, pycocotools: peer?.seconds ?? null },
    ratio: peer === undefined ? null : Math.round((peer.seconds / own.seconds) * 10) / 10,
    agreement: { largestDifference: gaps === undefined ? null : Math.max(...gaps), metrics: own.metrics },
    peer: peer?.version ?? null,
  };
  console.log(JSON.stringify(report, null, 2));
} finally {
  rmSync(folder, { recursive: true });
}
