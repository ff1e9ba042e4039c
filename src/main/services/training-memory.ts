// How much memory a training takes, roughly: enough to see that a batch is far too large. The probe measures it.
import type { Recipe } from '../../shared/recipe.ts';

/** Megabytes of the process, TensorFlow and the weights. */
const BASE_MB = 600;
/** Megabytes an image at 320 x 256 pixels, as the probe measured them on a CPU. */
const BACKBONE_MB: Readonly<Record<Recipe['backbone'], number>> = {
  'efficientnet-lite0': 50,
  'efficientnet-lite1': 65,
  'efficientnet-lite2': 80,
  resnet18: 22,
  resnet34: 30,
  resnet50: 90,
  resnet101: 140,
  'resnet50-caffe': 90,
  'resnet101-caffe': 140,
};
const HEAD_MB = 8;
const MEASURED_PIXELS = 320 * 256;

/** Megabytes that a step on the largest images takes. */
export function neededMB({ backbone, channels, stackedConvs, input, train }: Recipe): number {
  const areas = input.scales.map(({ long, short }) => long * Math.min(short, long * 0.8));
  const largest = areas.reduce((most, area) => Math.max(most, area), 0);
  const head = HEAD_MB * (channels / 96) ** 2 * ((stackedConvs + 1) / 3);
  return BASE_MB + train.batch * (largest / MEASURED_PIXELS) * (BACKBONE_MB[backbone] + head);
}
