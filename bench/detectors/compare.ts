// Runs cases on our side and on PyTorch's, each in a process of its own, and prints one JSON document.
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Case, type DetectorKind, detectors } from './cases.ts';
import type { Measured } from './ours.ts';
import { publishedFor } from './published.ts';

type Kind = 'train' | 'forward';
interface Watched {
  /** Part of the computer's CPU time that other programs took meanwhile. */
  readonly othersShare: number;
}
type Ours = Measured & Watched;
type Peer = Ours & { readonly torch: string };

const runs = Number(process.env.RUNS ?? 5);
const python = process.env.DDOD_PYTHON;
const peerScript = fileURLToPath(new URL('../peers/step.py', import.meta.url));

// beyond this the times say more about the other programs: OpenMP's threads wait for each other far longer than ours do
const quietShare = 0.05;

// glibc keeps freed memory: PyTorch at its fastest
const keepMemory = {
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: '100000000000',
  MALLOC_TOP_PAD_: '268435456',
};

/**
 * `script` is called again as `script CASE DETECTOR` and prints what `measure` found as its last line; for forward
 * passes also as `script CASE DETECTOR RUNTIME`, with each runtime of our own exports.
 */
export function compare(script: string, kind: Kind, table: Readonly<Record<string, Case>>): void {
  const chosen =
    process.env.CASES?.split(',') ?? Object.keys(table).filter((name) => !name.startsWith('r18'));
  const rows = chosen.flatMap((name) => {
    const one = table[name];
    if (one === undefined) throw new Error(`There is no case ${name}. Choose from ${Object.keys(table)}.`);
    return withDeformable(detectors.map((detector) => rowOf(script, kind, name, one, detector)));
  });
  const machine = { cpu: cpus()[0]?.model ?? '', threads: availableParallelism() };
  console.log(JSON.stringify({ bench: kind, machine, runs, notes: notes(), rows }, null, 2));
}

function notes(): string[] {
  return [
    'ratios are ours / theirs: below 1 we are better',
    'PyTorch: frozen batch norm, one loss over all anchors and fixed positives, no assigner; ours assigns as in training',
    "torchvision's deformable convolution runs on one thread on a CPU; atss has plain convolutions instead",
    'mmdet: published figures of another machine',
    'onnxruntime, savedmodel: our network as exported, so ours / exported',
    'quiet: false means that other programs ran, PyTorch suffers most from them, and the ratios are worth nothing',
    ...(python === undefined
      ? ['PyTorch was not measured: DDOD_PYTHON names no Python with torch and torchvision']
      : []),
  ];
}

function rowOf(script: string, kind: Kind, name: string, one: Case, detector: DetectorKind) {
  console.error(`${name} ${detector} ...`);
  const ours = watched<Ours>(process.execPath, [fileURLToPath(script), name, detector]);
  const pytorch = python === undefined ? null : peerOf(python, kind, one, detector);
  const mmdet = publishedFor(one, detector) ?? null;
  const exported = (runtime: string) =>
    kind === 'forward'
      ? watched<Ours>(process.execPath, [fileURLToPath(script), name, detector, runtime])
      : null;
  const [onnxruntime, savedmodel] = [exported('onnxruntime'), exported('savedmodel')];
  const ratios = {
    pytorch: pytorch && ratioOf(ours, pytorch),
    onnxruntime: onnxruntime && ratioOf(ours, onnxruntime),
    savedmodel: savedmodel && ratioOf(ours, savedmodel),
    mmdet: mmdet && ratioOf(ours, mmdet),
  };
  const quiet = Math.max(ours.othersShare, pytorch?.othersShare ?? 0) < quietShare;
  return { case: name, detector, quiet, ours, pytorch, onnxruntime, savedmodel, mmdet, ratios };
}

/** Adds to DDOD's row how it compares with PyTorch's plain network, as if deformable convolution were free there. */
function withDeformable(rows: readonly ReturnType<typeof rowOf>[]) {
  const plain = rows.find(({ detector }) => detector === 'atss')?.pytorch;
  return rows.map((row) =>
    row.detector === 'ddod' && plain
      ? { ...row, ratios: { ...row.ratios, pytorchWithoutDeformable: ratioOf(row.ours, plain) } }
      : row,
  );
}

/** PyTorch's time with memory kept, and its memory with the allocator's defaults where that is less. */
function peerOf(program: string, kind: Kind, one: Case, detector: DetectorKind): Peer {
  const args = (count: number) => [peerScript, kind, JSON.stringify(one), detector, String(count)];
  const fast = watched<Peer>(program, args(runs), { ...process.env, ...keepMemory });
  const lean = watched<Peer>(program, args(1));
  return {
    ...fast,
    peakMb: Math.min(fast.peakMb, lean.peakMb),
    beforeMb: Math.min(fast.beforeMb, lean.beforeMb),
  };
}

function ratioOf(ours: Measured, theirs: { seconds: number; fastest?: number; peakMb?: number }) {
  return {
    seconds: round(ours.seconds / theirs.seconds),
    ...(theirs.fastest !== undefined && { fastest: round(ours.fastest / theirs.fastest) }),
    ...(theirs.peakMb !== undefined && { memory: round(ours.peakMb / theirs.peakMb) }),
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Runs a program, reads the last line it prints, and sees how busy the computer was with other things. */
function watched<T extends Ours>(program: string, args: readonly string[], env = process.env): T {
  const before = cpuTimes();
  const output = execFileSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'inherit'] });
  const after = cpuTimes();
  const found = JSON.parse(output.trim().split('\n').at(-1) ?? '') as T;
  const others = after.busy - before.busy - found.cpuSeconds;
  return { ...found, othersShare: round(Math.max(0, others / (after.all - before.all))) };
}

/** Seconds since the computer started, over all cores. */
function cpuTimes(): { busy: number; all: number } {
  const times = cpus().map((core) => core.times);
  const idle = times.reduce((sum, one) => sum + one.idle, 0) / 1000;
  const busy = times.reduce((sum, one) => sum + one.user + one.nice + one.sys + one.irq, 0) / 1000;
  return { busy, all: busy + idle };
}
