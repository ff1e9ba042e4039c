// The Electron door: the same window, its page without Node, its port and image scheme at work.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject } from '../../src/main/services/projects.ts';
import { drawSampleData } from '../../src/main/services/sample-data.ts';
import { type ElectronWindow, electronProgram, openWindow, root } from './electron-window.ts';

const program = electronProgram();

describe.skipIf(!program)('the Electron window', () => {
  let window: ElectronWindow;
  let electron: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    if (!program) return;
    spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
    window = await openWindow(program, { script: join(root, 'out/main/index.cjs') });
    ({ electron, page } = window);
  }, 120_000);

  afterAll(async () => {
    await window?.close();
  });

  /** Drags files from the system onto the middle of the window and lets go. */
  async function drop(files: string[]) {
    const session = await page.context().newCDPSession(page);
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await session.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data });
    await session.detach();
  }

  it('opens the sample with pictures and labels it', async () => {
    await page.getByText('60 of 60', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Label sample_0001.jpg' }).click();
    const canvas = page.locator('canvas[aria-label^="Image"]');
    await canvas.waitFor();
    const boxes = page.getByRole('heading', { name: /^Boxes/ }).locator('span');
    await expect.poll(async () => Number(await boxes.textContent())).toBeGreaterThan(0);
    const before = Number(await boxes.textContent());
    await page.keyboard.press('w');
    const area = await canvas.boundingBox();
    if (!area) throw new Error('no canvas');
    await page.mouse.move(area.x + area.width * 0.4, area.y + area.height * 0.4);
    await page.mouse.down();
    await page.mouse.move(area.x + area.width * 0.5, area.y + area.height * 0.55);
    await page.mouse.up();
    await expect.poll(async () => Number(await boxes.textContent())).toBe(before + 1);
    await page.getByText('Saved', { exact: true }).waitFor();
  });

  it('imports what is dropped on it, from where it lies', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ddod-dropped-'));
    try {
      await drawSampleData(folder, 3);
      await page.evaluate('location.hash = "#/images"');
      await page.getByRole('button', { name: 'Import …' }).waitFor();
      await drop([folder]);
      const dialog = page.getByRole('dialog', { name: 'Import images and labels' });
      await dialog.waitFor();
      await dialog.getByText(/3 images, .* read as Pascal VOC/).waitFor({ timeout: 60_000 });
      expect(await dialog.getByLabel('Folder, or a label file').inputValue()).toBe(folder);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      const files = ['sample_0000.xml', 'sample_0001.xml'].map((name) => join(folder, 'Annotations', name));
      await drop(files);
      await page.getByText('Drop one folder, or one label file.').waitFor();
      expect(await dialog.count()).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('opens the project that a second start names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ddod-second-'));
    try {
      createProject(join(folder, 'other'), 'Other crop').close();
      await window.again('--project', join(folder, 'other'));
      await page.getByText('This project has no images yet').waitFor();
      await page.getByRole('button', { name: 'Other crop' }).waitFor();
      expect(electron.windows()).toHaveLength(1);
      await page.getByRole('button', { name: 'Switch the project' }).click();
      await page.getByRole('menuitem', { name: /^Sample cells/ }).click();
      await page.getByText('60 of 60', { exact: true }).waitFor();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('gives the page no Node, no way out, and images of the project alone', async () => {
    expect(await page.evaluate('typeof require + typeof process + typeof module')).toBe(
      'undefinedundefinedundefined',
    );
    expect(await page.evaluate('String(window.open("https://example.org"))')).toBe('null');
    await page.evaluate('location.href = "https://example.org"');
    await new Promise((done) => setTimeout(done, 300));
    expect(page.url()).toMatch(/^app:\/\/studio\//);
    const load = (url: string) =>
      page.evaluate(
        `new Promise((done) => { const i = new Image(); i.onload = () => done(true); i.onerror = () => done(false); i.src = ${JSON.stringify(url)}; })`,
      );
    const source = await page.locator('img[src*="thumbnail"]').first().getAttribute('src');
    const query = source?.split('?')[1] ?? '';
    expect(await load(`image://project/image/1?${query}`)).toBe(true);
    expect(await load('image://project/image/1?project=another')).toBe(false);
    expect(await load(`image://project/image/999999?${query}`)).toBe(false);
    expect(await load('image://project/image/../../etc/passwd')).toBe(false);
    expect(electron.windows()).toHaveLength(1);
  });

  it('lets the page write to the clipboard, and asks the system for nothing else', async () => {
    await page.bringToFront();
    await page.evaluate('navigator.clipboard.writeText("copied from the page")');
    expect(await electron.evaluate(({ clipboard }) => clipboard.readText())).toBe('copied from the page');
    const state = (name: string) =>
      page.evaluate(
        `navigator.permissions.query({ name: ${JSON.stringify(name)} }).then((found) => found.state)`,
      );
    for (const name of ['clipboard-read', 'geolocation', 'notifications', 'camera'])
      expect(await state(name)).not.toBe('granted');
  });

  it('takes it that pictures are given up while they come', async () => {
    const source = await page.locator('img[src*="thumbnail"]').first().getAttribute('src');
    const query = source?.split('?')[1] ?? '';
    await page.evaluate(`(async () => {
      for (let i = 0; i < 400; i++) {
        const picture = new Image();
        picture.src = 'image://project/image/' + (1 + i % 60) + '?${query}&again=' + i;
        await new Promise((done) => setTimeout(done, i % 8));
        picture.src = '';
      }
    })()`);
    expect(window.said()).not.toContain('somewhere in the program');
  });

  it('goes on after an error that nobody foresaw, and says where it is written', async () => {
    await electron.evaluate(({ dialog }) => {
      dialog.showMessageBox = (async (options: { detail: string }) => {
        process.stderr.write(`told: ${options.detail}\n`);
        return { response: 0, checkboxChecked: false };
      }) as unknown as typeof dialog.showMessageBox;
      setTimeout(() => {
        throw new Error('nobody foresaw this');
      });
    });
    await expect.poll(() => window.said()).toMatch(/nobody foresaw this[\s\S]*told: .*errors\.log/);
    await page.evaluate('location.hash = "#/train"');
    await page.getByRole('button', { name: /^Fine-tune/ }).waitFor();
    await page.evaluate('location.hash = "#/images"');
  });

  it('reads pictures with one GLib, not now with its own, now with the system’s', () => {
    expect(window.said()).not.toContain('GLib');
  });

  it('made the page complain about nothing else', () => {
    expect(window.complaints.filter((text) => !/status of 404|Not allowed to|ERR_/.test(text))).toEqual([]);
  });
});
