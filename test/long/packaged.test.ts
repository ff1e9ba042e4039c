// The installed application: packed by electron-builder, opened in a real Electron, and fine-tuned in. Its trainer is the
// bundled one on Electron's own Node, with the libraries that lie beside it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ElectronWindow, electronProgram, openWindow, root } from '../e2e/electron-window.ts';

const MINUTE = 60_000;
const program = electronProgram();
const isLinux = process.platform === 'linux';
if (program && !isLinux) console.log('The installed application is only tested on Linux.');

describe.skipIf(!program || !isLinux)('the installed application', () => {
  let window: ElectronWindow;

  beforeAll(async () => {
    if (!program) return;
    const version = spawnSync(program.path, ['-p', 'process.versions.electron'], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      encoding: 'utf8',
    }).stdout.trim();
    const electron = [`-c.electronDist=${join(program.path, '..')}`, `-c.electronVersion=${version}`];
    const argv = [join(root, 'scripts/package.mjs'), '--linux', 'dir', ...electron];
    const packed = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    if (packed.status !== 0) throw new Error(packed.stdout + packed.stderr);
    window = await openWindow(program, { executable: join(root, 'dist/linux-unpacked/ddod-studio') });
  }, 10 * MINUTE);

  afterAll(async () => {
    await window?.close();
  });

  it('opens the sample and learns from it', async () => {
    const { page } = window;
    await page.getByText('60 of 60', { exact: true }).waitFor({ timeout: MINUTE });
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('spinbutton', { name: 'Epochs' }).fill('1');
    await page.getByRole('spinbutton', { name: 'Epochs' }).press('Enter');
    await page.getByRole('button', { name: /^Fine-tune/ }).click();
    const status = page
      .getByRole('row')
      .filter({ has: page.getByRole('button', { name: 'Run 1', exact: true }) });
    await expect.poll(() => status.textContent(), { timeout: 8 * MINUTE }).toMatch(/done|failed/);
    expect(await status.textContent(), (await page.locator('main').textContent()) ?? '').toMatch(/done/);
  });
});
