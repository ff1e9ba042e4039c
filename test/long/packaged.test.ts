// The installed application: packed by electron-builder, opened in a real Electron, labelled in and fine-tuned in. Its trainer
// is the bundled one on Electron's own Node, with the libraries that lie beside it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, describe, it } from 'vitest';
import { electronDoor } from '../e2e/electron-door.ts';
import { electronProgram, openWindow, root } from '../e2e/electron-window.ts';
import { goesThereAndBack, hasBloodCells } from '../e2e/round-trip-steps.ts';
import { trainOneEpoch } from '../e2e/short-training.ts';

const MINUTE = 60_000;
const program = electronProgram();
const application = { executable: join(root, 'dist/linux-unpacked/ddod-studio') };
const isLinux = process.platform === 'linux';
if (program && !isLinux) console.log('The installed application is only tested on Linux.');

describe.skipIf(!program || !isLinux)('the installed application', () => {
  beforeAll(() => {
    if (!program) return;
    const version = spawnSync(program.path, ['-p', 'process.versions.electron'], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      encoding: 'utf8',
    }).stdout.trim();
    const electron = [`-c.electronDist=${join(program.path, '..')}`, `-c.electronVersion=${version}`];
    const argv = [join(root, 'scripts/package.mjs'), '--linux', 'dir', ...electron];
    const packed = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    if (packed.status !== 0) throw new Error(packed.stdout + packed.stderr);
  }, 10 * MINUTE);

  describe.skipIf(!hasBloodCells())('labels through its window and back', () => {
    goesThereAndBack(electronDoor(program ?? { path: '' }, application));
  });

  it('opens the sample and learns from it', async () => {
    if (!program) return;
    const window = await openWindow(program, application);
    try {
      await learn(window.page);
    } finally {
      await window.close();
    }
  });
});

async function learn(page: Page) {
  await page.getByText('60 of 60', { exact: true }).waitFor({ timeout: MINUTE });
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await trainOneEpoch(page, 8 * MINUTE);
}
