// The Electron door: the same window, its page without Node, its port and image scheme at work. On a Linux without a display
// a virtual one is started where Xvfb is installed.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const XVFB = '/usr/bin/Xvfb';
const program = electronProgram();
const needsScreen = process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
const hasScreen = !needsScreen || existsSync(XVFB);
if (!program)
  console.log('Electron is not installed, so its window is not tested: set ELECTRON_EXEC_PATH to one.');
else if (!hasScreen) console.log('There is no display and no Xvfb, so the Electron window is not tested.');

function electronProgram(): string | undefined {
  if (process.env.ELECTRON_EXEC_PATH) return process.env.ELECTRON_EXEC_PATH;
  const note = join(root, 'node_modules/electron/path.txt');
  const installed = existsSync(note)
    ? join(root, 'node_modules/electron/dist', readFileSync(note, 'utf8').trim())
    : '';
  return existsSync(installed) && installed !== '' ? installed : undefined;
}

/** Starts a virtual screen and gives its name. */
async function virtualScreen(): Promise<{ name: string; process: ChildProcess }> {
  const xvfb = spawn(XVFB, ['-displayfd', '3', '-screen', '0', '1440x900x24'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await new Promise<string>((done, fail) => {
    xvfb.stdio[3]?.once('data', (chunk: Buffer) => done(chunk.toString().trim()));
    xvfb.once('exit', () => fail(new Error('Xvfb ended')));
  });
  return { name: `:${number}`, process: xvfb };
}

describe.skipIf(!program || !hasScreen)('the Electron window', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-electron-'));
  let screen: Awaited<ReturnType<typeof virtualScreen>> | undefined;
  let electron: ElectronApplication;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
    if (needsScreen) screen = await virtualScreen();
    const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined));
    electron = await _electron.launch({
      executablePath: program ?? '',
      args: ['--no-sandbox', '--disable-gpu', join(root, 'out/main/index.cjs')],
      env: {
        ...(env as Record<string, string>),
        ...(screen && { DISPLAY: screen.name }),
        XDG_CONFIG_HOME: folder,
        DDOD_CONFIG_DIR: join(folder, 'config'),
        DDOD_PROJECTS_DIR: join(folder, 'projects'),
        DDOD_THUMBNAILS: join(folder, 'thumbnails'),
      },
    });
    page = await electron.firstWindow();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
  }, 120_000);

  afterAll(async () => {
    await electron?.close();
    screen?.process.kill();
    rmSync(folder, { recursive: true, force: true });
  });

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

  it('made the page complain about nothing else', () => {
    expect(complaints.filter((text) => !/status of 404|Not allowed to|ERR_/.test(text))).toEqual([]);
  });
});
