// The Electron window closed on a training: who starts the program while it saves is told, and gets the window back.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { electronProgram, openWindow, root } from './electron-window.ts';

const program = electronProgram();

it.skipIf(!program)('comes back by itself where it is started while it pauses and quits', async () => {
  if (!program) return;
  spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  const window = await openWindow(program, { script: join(root, 'out/main/index.cjs') });
  const { electron, page } = window;
  try {
    await page.getByText('60 of 60', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('button', { name: /^Fine-tune/ }).click();
    await page.getByRole('button', { name: /^Pause/ }).waitFor({ timeout: 120_000 });
    // the page alone says how far it is
    await expect.poll(() => page.title(), { timeout: 120_000 }).toMatch(/^\d+ %/);
    const titles = await electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((w) => w.getTitle()),
    );
    expect(titles).toEqual([expect.stringMatching(/^\d+ %.*Sample cells/)]);
    await electron.evaluate(({ app, dialog }) => {
      // cancel, then: pause and quit
      const answers = [2, 1];
      dialog.showMessageBox = (async (...args: { message: string }[]) => {
        const message = args.at(-1)?.message ?? '';
        process.stderr.write(`told: ${message}\n`);
        return { response: message === 'A training is going on.' ? answers.shift() : 0 };
      }) as unknown as typeof dialog.showMessageBox;
      app.relaunch = () => void process.stderr.write('opens again\n');
    });
    await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await expect.poll(() => window.said()).toContain('told: A training is going on.');
    await expect.poll(() => page.title()).toMatch(/^\d+ %/);
    const gone = new Promise((resolve) => electron.process().once('exit', resolve));
    await electron.evaluate(({ app, BrowserWindow }) => {
      app.once('before-quit', () => {
        for (let i = 0; i < 2; i++) app.emit('second-instance', {}, [], '', { project: null });
      });
      BrowserWindow.getAllWindows()[0]?.close();
    });
    await gone;
    expect(window.said().match(/told: .*/g)).toEqual([
      'told: A training is going on.',
      'told: A training is going on.',
      'told: DDOD Studio is just ending.',
    ]);
    expect(window.said()).toContain('opens again');
  } finally {
    await window.close().catch(() => undefined);
  }
});
