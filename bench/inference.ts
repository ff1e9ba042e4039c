/** A forward pass (backbone, neck, head) against the same network in PyTorch, in one run. */
import { Tape } from '../src/main/detector/autograd/tape.ts';
import { tf } from '../src/main/detector/tf.ts';
import {
  caseNamed,
  compare,
  type DetectorKind,
  makeNetwork,
  measure,
  randomPixels,
} from './detectors/cases.ts';

function forwardOf(name: string, detector: DetectorKind) {
  const one = caseNamed(name);
  const network = makeNetwork(one, detector);
  const pixels = randomPixels(one);
  return measure(network, () => {
    tf.tidy(() => {
      for (const { clsLogits } of network.forward(new Tape(false), pixels)) clsLogits.tensor.dataSync();
    });
  });
}

const [name, detector] = process.argv.slice(2);
if (name === undefined)
  compare(import.meta.url, 'forward', (process.env.CASES ?? 'lite0_b1_320x256,r50_b1_512x512').split(','));
else console.log(JSON.stringify(forwardOf(name, detector as DetectorKind)));
