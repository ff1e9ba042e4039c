// Exporting from the window: a really trained model, written as ONNX, proven on images, listed with its programs; and its file
// as a model from elsewhere that suggests.
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pseudoText } from '../../src/renderer/words/pseudo.ts';
import { englishLeft } from './english-left.ts';
import { trainOneEpoch } from './short-training.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
const WHILE_TRAINING = 240_000;

describe.skipIf(!program)('exporting in a browser', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'ddod-elsewhere-'));
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(elsewhere, { recursive: true, force: true });
  });

  it('says what comes first where nothing was trained', async () => {
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByText('There is no model to export yet').waitFor();
    await page.getByRole('button', { name: 'Train a model' }).click();
  });

  it('writes a trained model as ONNX and proves it', async () => {
    await trainOneEpoch(page, WHILE_TRAINING);
    await page.getByRole('navigation').getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('button', { name: 'Export as ONNX' }).click();
    await page.getByRole('heading', { name: 'r1-onnx' }).waitFor({ timeout: WHILE_TRAINING });
    await page.getByText(/finds what the trained network finds, on \d+ labelled images/).waitFor();
    await page.getByRole('button', { name: 'predict.py' }).click();
    expect(await page.getByRole('textbox', { name: 'predict.py' }).inputValue()).toContain(
      'onnxruntime.InferenceSession',
    );
  });

  it('lists it after a reload', async () => {
    await page.reload();
    await page.getByRole('button', { name: /r1-onnx.*proven/ }).waitFor();
    expect(studio.complaints).toEqual([]);
  });

  it('is downloaded as one archive, by who was let in', async () => {
    const link = page.getByRole('link', { name: /^Download/ });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toBe('r1-onnx.zip');
    const archive = join(elsewhere, 'r1-onnx.zip');
    await download.saveAs(archive);
    const files = unzipSync(readFileSync(archive));
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['r1-onnx/card.json', 'r1-onnx/model.onnx']));
    const dir = (await page.locator('code').filter({ hasText: 'r1-onnx' }).textContent()) ?? '';
    expect(Buffer.compare(files['r1-onnx/model.onnx']!, readFileSync(join(dir, 'model.onnx')))).toBe(0);
    const address = new URL((await link.getAttribute('href')) ?? '', page.url());
    expect((await fetch(address)).status).toBe(403);
    const other = new URL(address);
    other.searchParams.set('project', 'another');
    expect((await page.request.get(other.href)).status()).toBe(404);
  });

  it('says for each format how it is written where the wish does not fit', async () => {
    await page.getByRole('combobox', { name: /^Weights/ }).selectOption('uint8');
    const card = (name: string) => page.getByRole('article').filter({ hasText: name });
    await card('SavedModel').getByText('written with 16 bits').waitFor();
    await card('safetensors').getByText('written with 32 bits').waitFor();
    expect(await card('TensorFlow.js').getByText('written with').count()).toBe(0);
  });

  it('says nothing in English where another language is spoken', async () => {
    const english = page.url();
    await page.goto(new URL('/?language=qps#/export', english).href);
    await page.getByRole('heading', { name: pseudoText('Exported') }).waitFor();
    await page.getByRole('button', { name: 'predict.py' }).waitFor();
    expect(await englishLeft(page)).toEqual([]);
    await page.goto(english);
  });

  it('suggests with an ONNX file from elsewhere, and says what is wrong with another', async () => {
    const dir = await page.locator('code').filter({ hasText: 'r1-onnx' }).textContent();
    const [good, bad] = [join(elsewhere, 'cells.onnx'), join(elsewhere, 'letter.onnx')];
    copyFileSync(join(dir ?? '', 'model.onnx'), good);
    writeFileSync(bad, 'Dear reader');
    await page.getByRole('navigation').getByRole('button', { name: 'Images', exact: true }).click();
    await page.getByRole('button', { name: 'Label sample_0005.jpg' }).click();
    const model = page.getByRole('combobox', { name: 'Model', exact: true });
    await model.selectOption('file');
    const use = page.getByRole('dialog').getByRole('button', { name: 'Use it on this image' });
    await page.getByRole('textbox', { name: 'Path' }).fill(bad);
    await use.click();
    await page.getByText(/letter\.onnx is not an ONNX model/).waitFor({ timeout: 30_000 });
    await page.getByRole('textbox', { name: 'Path' }).fill(good);
    await use.click();
    await expect.poll(() => model.inputValue(), { timeout: 30_000 }).toBe(good);
    await page
      .getByText('Nothing above the score that is not labelled.')
      .or(page.getByRole('button', { name: /^Accept (it|all)/ }))
      .waitFor();
  });

  it('is downloaded by the name that its folder was given, and deleted with it once that is meant', async () => {
    const view = (name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true });
    await view('Export').click();
    const before = (await page.locator('code').filter({ hasText: 'r1-onnx' }).textContent()) ?? '';
    const dir = join(dirname(before), 'Zellen 細胞');
    renameSync(before, dir);
    await view('Images').click();
    await view('Export').click();
    const link = page.getByRole('link', { name: /^Download/ });
    await page.locator('code').filter({ hasText: '細胞' }).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toBe('Zellen 細胞.zip');
    expect(await download.failure()).toBeNull();
    await page.getByRole('button', { name: 'Delete …' }).click();
    expect(existsSync(dir)).toBe(true);
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText(/^Nothing was exported yet/).waitFor();
    expect(existsSync(dir)).toBe(false);
  });
});
