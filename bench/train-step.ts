/**
 * A training step (forward, loss, backward, clip, SGD) against the same network in PyTorch, in one run. DDOD_PYTHON names
 * a Python with torch and torchvision; CASES and RUNS choose what is run. Prints JSON: medians in seconds, peak memory.
 */
import { clipFactor, gradientNorm, Sgd } from '../src/main/detector/engine/sgd.ts';
import { computeGradients } from '../src/main/detector/engine/train-step.ts';
import { totalLoss } from '../src/main/detector/heads/ddod-loss.ts';
import { newLevelCounters } from '../src/main/detector/losses/level-weights.ts';
import { lossConfigOf } from '../src/main/detector/network-config.ts';
import { builtInRecipe } from '../src/main/services/recipes.ts';
import { type Case, type DetectorKind, trainCases } from './detectors/cases.ts';
import { compare } from './detectors/compare.ts';
import { type Measured, makeNetwork, measure, randomPixels, randomTruths } from './detectors/ours.ts';

function step(one: Case, detector: DetectorKind): Promise<Measured> {
  const network = makeNetwork(one, detector);
  const optimizer = new Sgd({ momentum: 0.9, weightDecay: 1e-4 });
  const name = detector === 'ddod' ? 'ddod-atss' : 'atss';
  const loss = lossConfigOf({ ...builtInRecipe('reference'), detector: name }, 1);
  const [pixels, truths, counters] = [randomPixels(one), randomTruths(one), newLevelCounters(5)];
  return measure(network, () => {
    const { gradients, result } = computeGradients(network, pixels, truths, counters, loss);
    optimizer.step(gradients, 1e-4, clipFactor(gradientNorm(gradients), 10));
    return totalLoss(result.losses);
  });
}

const [name, detector] = process.argv.slice(2);
const one = trainCases[name ?? ''];
if (one === undefined) compare(import.meta.url, 'train', trainCases);
else console.log(JSON.stringify(await step(one, detector as DetectorKind)));
