// Puts the weights of a file into a network: names made alike, halves widened, and a file of another network refused.
import { basename } from 'node:path';
import { Problem } from '../../../shared/problem.ts';
import type { ParameterStore } from '../autograd/parameter-store.ts';
import { classCount, describeArchitecture, type WeightShapes } from './architecture.ts';
import { type StoredTensor, toFloat32 } from './stored-tensor.ts';

export interface LoadOptions {
  /** Where the tensors come from, for messages. */
  readonly file: string;
  /** The backbone's weights alone are wanted; whatever else the file holds is passed over. */
  readonly partial?: boolean;
  /** The weights are a start: outside the backbone, those that are absent or of another shape stay as they are. */
  readonly fineTune?: boolean;
}

/** Names as the network has them. */
export interface LoadReport {
  readonly loaded: readonly string[];
  /** In the network, not in the file: left as they were. */
  readonly missing: readonly string[];
  /** In the file, not in the network. */
  readonly unexpected: readonly string[];
  /** In both with another shape (a head of other classes): left as they were. */
  readonly mismatched: readonly string[];
}

/**
 * Sets the weights of `store` from `tensors`, as `readCheckpointFile` gives them: mmdet detectors, bare EfficientNet-Lite
 * files and torchvision ResNets. Throws a Problem, with nothing changed, where the file is of another architecture, or,
 * without `fineTune` or `partial`, where any weight is missing or of another shape.
 */
export function loadWeights(
  store: ParameterStore,
  tensors: ReadonlyMap<string, StoredTensor>,
  options: LoadOptions,
): LoadReport {
  const found = underOurNames(tensors);
  const expected = new Map(store.all().map(({ name }) => [name, store.shapeOf(name) ?? []]));
  const report = compare(expected, found, options);
  assertSameArchitecture(report, expected, found, options);
  for (const name of report.loaded) {
    const tensor = found.get(name);
    if (tensor !== undefined) store.set(name, { shape: tensor.shape, data: toFloat32(tensor) });
  }
  return report;
}

const detectorPart = /^(backbone|neck|bbox_head|roi_head|rpn_head)\./;

/** Counters of training, statistics of the input, and what follows the last feature map of a classifier. */
const withoutUse = /\.num_batches_tracked$|^data_preprocessor\.|^backbone\.(fc|_fc|_conv_head|_bn1)\./;

/** A bare backbone's names get `backbone.` in front. */
function underOurNames(tensors: ReadonlyMap<string, StoredTensor>): Map<string, StoredTensor> {
  const bare = ![...tensors.keys()].some((name) => detectorPart.test(name));
  const renamed = [...tensors].map(([name, tensor]) => [bare ? `backbone.${name}` : name, tensor] as const);
  return new Map(renamed.filter(([name]) => !withoutUse.test(name)));
}

function compare(
  expected: WeightShapes,
  found: ReadonlyMap<string, StoredTensor>,
  { partial = false }: LoadOptions,
): LoadReport {
  const wanted = (name: string) => !partial || inBackbone(name);
  const shapeFound = (name: string) => (wanted(name) ? found.get(name)?.shape : undefined);
  const names = [...expected.keys()];
  const present = names.filter((name) => shapeFound(name) !== undefined);
  const fits = (name: string) => shapeFound(name)?.join() === expected.get(name)?.join();
  return {
    loaded: present.filter(fits),
    missing: names.filter((name) => shapeFound(name) === undefined),
    unexpected: [...found.keys()].filter((name) => wanted(name) && !expected.has(name)),
    mismatched: present.filter((name) => !fits(name)),
  };
}

/** A backbone must agree to the last name; a head may differ where training will mend it. */
function assertSameArchitecture(
  { missing, unexpected, mismatched }: LoadReport,
  expected: WeightShapes,
  found: ReadonlyMap<string, StoredTensor>,
  { file, partial = false, fineTune = false }: LoadOptions,
): void {
  const lenient = partial || fineTune;
  const wrong = [...mismatched, ...missing].find((name) => !lenient || inBackbone(name));
  const foreign = wrong ?? unexpected.find(inBackbone);
  if (foreign === undefined) return;
  const shapes = new Map([...found].map(([name, { shape }]) => [name, shape]));
  const wantedShapes = partial ? new Map([...expected].filter(([name]) => inBackbone(name))) : expected;
  const wanted = describeArchitecture(wantedShapes);
  const held = describeArchitecture(shapes);
  const detail =
    held === wanted ? `; ${differenceAt(foreign, expected.get(foreign), shapes.get(foreign))}` : '';
  throw new Problem(
    `${basename(file)} seems to hold ${held}, but the network is ${wanted}${detail}.`,
    remedyFor(expected, shapes, wrong),
  );
}

function differenceAt(
  name: string,
  expected: readonly number[] | undefined,
  found: readonly number[] | undefined,
): string {
  if (found === undefined) return `${name} is missing in the file`;
  if (expected === undefined) return `${name} has no place in the network`;
  return `${name} is [${found.join(', ')}] in the file and [${expected.join(', ')}] in the network`;
}

function remedyFor(expected: WeightShapes, found: WeightShapes, wrong: string | undefined): string {
  const otherClasses = classCount(found) !== undefined && classCount(found) !== classCount(expected);
  return otherClasses && wrong?.startsWith('bbox_head.atss_cls') === true
    ? 'Fine-tune from it, or use it with the classes it was trained on.'
    : 'Pick weights of the same architecture, or a recipe that fits the file.';
}

function inBackbone(name: string): boolean {
  return name.startsWith('backbone.');
}
