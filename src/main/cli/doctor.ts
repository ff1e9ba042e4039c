// `ddod doctor`: what was found on this computer, and one convolution whose answer is known.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import os from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sentenceOf } from '../../shared/problem.ts';
import { weightPath, weightsFolder } from '../services/weights.ts';

/** One line of the report; `remedy` is there when `ok` is false. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly value: string;
  readonly remedy?: string;
}

type Detector = typeof import('../detector/tf.ts');

const SET_UP_AGAIN = 'Run "npm run setup".';
const OLDEST_NODE = 22;
const GIGABYTE = 1e9;
const DISK_WANTED = 2 * GIGABYTE;
const MEMORY_WANTED = 3 * GIGABYTE;

/** What the set-up wrote down when it built the binding. */
const bindingStamp = fileURLToPath(
  new URL('../../../node_modules/.cache/ddod/binding.json', import.meta.url),
);

/** Prints the report (`json`: one document) on stdout; 0 when everything is there, 1 with the remedies on stderr otherwise. */
export async function runDoctor({ json = false }: { json?: boolean } = {}): Promise<number> {
  const findings = await examine();
  const ok = findings.every((finding) => finding.ok);
  if (json) console.log(JSON.stringify({ ok, findings }, null, 2));
  else for (const line of reportLines(findings)) console.log(line);
  for (const { ok: fine, name, value, remedy } of findings)
    if (!fine) console.error(`${name}: ${value}. ${remedy ?? ''}`.trim());
  return ok ? 0 : 1;
}

/** Everything looked at, in the order of the report. */
export async function examine(): Promise<Finding[]> {
  const detector = await loadDetector();
  return [
    ...setUpFinding(),
    nodeFinding(process.versions.node),
    ...(typeof detector === 'string' ? [missingTensorFlow(detector)] : tensorFlowFindings(detector)),
    compilerFinding(),
    weightsFinding(),
    {
      name: 'Threads',
      ok: true,
      value: `${os.availableParallelism()} (${os.cpus()[0]?.model.trim() ?? 'unknown'})`,
    },
    memoryFinding(os.totalmem(), os.freemem()),
    diskFinding('Disk (project)', process.cwd()),
    diskFinding('Disk (cache)', weightsFolder()),
  ];
}

/** The set-up's own sentence, where it failed before this was started. */
function setUpFinding(): Finding[] {
  const problem = process.env.DDOD_SETUP_PROBLEM;
  return problem ? [{ name: 'Set-up', ok: false, value: 'not complete', remedy: problem }] : [];
}

function nodeFinding(version: string): Finding {
  const ok = Number(version.split('.')[0]) >= OLDEST_NODE;
  const value = `${version} (${process.platform}-${process.arch})`;
  return ok ? { name: 'Node', ok, value } : { name: 'Node', ok, value, remedy: 'Start it as "npx ddod".' };
}

async function loadDetector(): Promise<Detector | string> {
  try {
    return await import('../detector/tf.ts');
  } catch (error) {
    return sentenceOf(error).split('\n')[0] ?? '';
  }
}

function missingTensorFlow(why: string): Finding {
  return { name: 'TensorFlow', ok: false, value: `not loaded (${why})`, remedy: SET_UP_AGAIN };
}

function tensorFlowFindings(detector: Detector): Finding[] {
  const backend = detector.tf.backend() as unknown as { binding?: { TF_Version?: string } };
  const version = backend.binding?.TF_Version ?? 'unknown version';
  return [
    { name: 'TensorFlow', ok: true, value: `${version}, ${libraryPath()}` },
    { name: 'Device', ok: true, value: detector.onGpu ? 'GPU (CUDA)' : 'CPU' },
    {
      name: 'Own kernels',
      ok: true,
      value: detector.hasNativeOps ? 'loaded' : 'not built: the plain forms are used',
    },
    convolutionFinding(detector),
  ];
}

/** 1..9 in a 3 x 3 square under the filter [[1, 2], [3, 4]]: 37, 47, 67, 77. */
function convolutionFinding({ tf, op, attr }: Detector): Finding {
  const expected = '37, 47, 67, 77';
  const name = 'Convolution';
  try {
    const answer = tf.tidy(() => {
      const image = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
      const filter = tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]);
      const attributes = [
        ...[attr.float32(), attr.ints('strides', [1, 1, 1, 1]), attr.text('padding', 'VALID')],
        ...[attr.ints('explicit_paddings', []), attr.text('data_format', 'NHWC')],
        ...[attr.ints('dilations', [1, 1, 1, 1]), attr.bool('use_cudnn_on_gpu', true)],
      ];
      return [...op('Conv2D', attributes, [image, filter]).dataSync()].join(', ');
    });
    if (answer === expected) return { name, ok: true, value: `right (${answer})` };
    return { name, ok: false, value: `gave ${answer} and not ${expected}`, remedy: SET_UP_AGAIN };
  } catch (error) {
    return { name, ok: false, value: `failed (${sentenceOf(error)})`, remedy: SET_UP_AGAIN };
  }
}

/** The library this process has loaded, as the system tells it; elsewhere than on Linux, as the set-up noted it. */
function libraryPath(): string {
  const maps = '/proc/self/maps';
  const loaded = existsSync(maps) ? /\S*libtensorflow(?:_cc)?\.so\S*/.exec(readFileSync(maps, 'utf8')) : null;
  return loaded?.[0] ?? readBindingStamp()?.library?.dir ?? 'path unknown';
}

function readBindingStamp(): { compiler?: string; library?: { dir?: string } } | undefined {
  try {
    return JSON.parse(readFileSync(bindingStamp, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A compiler is needed to build the binding, not to run it. */
function compilerFinding(): Finding {
  const name = 'Compiler';
  for (const program of ['g++', 'c++', 'clang++']) {
    const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    if (status === 0) return { name, ok: true, value: stdout.split('\n')[0]?.trim() ?? program };
  }
  if (readBindingStamp()) return { name, ok: true, value: 'none found; the binding is built already' };
  return {
    name,
    ok: false,
    value: 'none found',
    remedy: 'Install g++ or clang++, then run "npm run setup".',
  };
}

function weightsFinding(): Finding {
  const name = 'EfficientNet-Lite0';
  const path = weightPath('efficientnet-lite0');
  if (path !== undefined) return { name, ok: true, value: path };
  return { name, ok: false, value: `no weights in ${weightsFolder()}`, remedy: SET_UP_AGAIN };
}

function memoryFinding(total: number, free: number): Finding {
  const ok = total >= MEMORY_WANTED;
  const value = `${gigabytes(total)} GB, ${gigabytes(free)} GB free`;
  const remedy = 'Train with --batch 1 and a small --size.';
  return ok ? { name: 'Memory', ok, value } : { name: 'Memory', ok, value, remedy };
}

function diskFinding(name: string, wanted: string): Finding {
  let folder = wanted;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const value = `${gigabytes(free)} GB free at ${folder}`;
  if (free >= DISK_WANTED) return { name, ok: true, value };
  return { name, ok: false, value, remedy: 'Free some space: checkpoints and exports need a few GB.' };
}

function gigabytes(bytes: number): string {
  return (bytes / GIGABYTE).toFixed(1);
}

function reportLines(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings.map(({ name, ok, value }) => `${ok ? 'ok' : '--'}  ${name.padEnd(width)}  ${value}`);
}
