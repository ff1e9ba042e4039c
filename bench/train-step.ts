/**
 * A training step (forward, loss, backward, SGD) against the same network in PyTorch, in one run: `DDOD_PYTHON=... node
 * bench/train-step.ts`. PyTorch's deformable convolution is torchvision's.
 */
import { clipFactor, gradientNorm, Sgd } from '../src/main/detector/engine/sgd.ts';
import { computeGradients } from '../src/main/detector/engine/train-step.ts';
import { newLevelCounters } from '../src/main/detector/losses/level-weights.ts';
import { lossConfigOf } from '../src/main/detector/network-config.ts';
import { builtInRecipe } from '../src/main/services/recipes.ts';
import {
  caseNamed,
  compare,
  type DetectorKind,
  makeNetwork,
  measure,
  randomPixels,
  randomTruths,
} from './detectors/cases.ts';

function stepOf(name: string, detector: DetectorKind) {
  const one = caseNamed(name);
  const network = makeNetwork(one, detector);
  const optimizer = new Sgd({ momentum: 0.9, weightDecay: 1e-4 });
  const recipe = {
    ...builtInRecipe('reference'),
    detector: detector === 'ddod' ? 'ddod-atss' : 'atss',
  } as const;
  const [pixels, truths, counters] = [randomPixels(one), randomTruths(one), newLevelCounters(5)];
  return measure(network, () => {
    const { gradients } = computeGradients(network, pixels, truths, counters, lossConfigOf(recipe, 1));
    optimizer.step(gradients, 1e-4, clipFactor(gradientNorm(gradients), 10));
  });
}

const [name, detector] = process.argv.slice(2);
if (name === undefined)
  compare(import.meta.url, 'train', (process.env.CASES ?? 'lite0_b8_320x256,r50_b2_512x512').split(','));
else console.log(JSON.stringify(stepOf(name, detector as DetectorKind)));
