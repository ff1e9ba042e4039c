// The welcome's real datasets: whose they are, downloaded with progress, stopped, opened as a labelled project.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawSampleData } from '../../src/main/services/sample-data.ts';
import { digest, filesOf, type SampleServer, serveSample } from '../sample-server.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
if (!program) console.log('No browser was found, so real samples are not tested in the window.');

const sizeOf = (files: ReadonlyMap<string, Uint8Array>) =>
  [...files.values()].reduce((sum, { length }) => sum + length, 0);

describe.skipIf(!program)('real samples in the window', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-samples-'));
  const resources = join(folder, 'resources');
  let server: SampleServer;
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    await drawSampleData(join(folder, 'set', 'cells'), 6);
    const files = filesOf(join(folder, 'set'));
    server = await serveSample(files);
    cpSync(fileURLToPath(new URL('../../resources', import.meta.url)), resources, { recursive: true });
    const sample = {
      ...{ id: 'few', name: 'Few cells', text: 'Six drawn pictures.', images: 6, author: 'A. Painter' },
      ...{
        licence: 'CC0',
        home: 'https://cells.example',
        url: server.url,
        keep: ['cells/'],
        source: 'cells',
      },
      ...{ format: 'voc', size: sizeOf(files), sha256: digest(files) },
    };
    writeFileSync(join(resources, 'samples.json'), JSON.stringify({ samples: [sample] }));
    process.env.DDOD_RESOURCES = resources;
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
  }, 120_000);
  afterAll(async () => {
    delete process.env.DDOD_RESOURCES;
    await studio?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const toWelcome = async () => {
    await page.getByRole('button', { name: 'Sample cells' }).click();
  };

  it('says whose they are, shows how far the download is, and can be stopped', async () => {
    await toWelcome();
    await page.getByText('6 images · 0 MB · CC0 licence, A. Painter').waitFor();
    server.stallAfter = 1000;
    await page.getByRole('button', { name: 'Download Few cells' }).click();
    await page.getByText(/^megabytes downloaded: /).waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Download Few cells' }).waitFor();
    server.stallAfter = server.packed.length;
  });

  it('leads nobody away who has gone on meanwhile', async () => {
    server.stallAfter = 1000;
    const before = server.asked;
    await page.getByRole('button', { name: 'Download Few cells' }).click();
    await expect.poll(() => server.asked).toBe(before + 1);
    await page.getByRole('button', { name: 'Back to Sample cells' }).click();
    await page.getByText('60 of 60', { exact: true }).waitFor();
    server.goOn();
    server.stallAfter = server.packed.length;
    await toWelcome();
    await page.getByRole('button', { name: 'Download Few cells' }).waitFor();
  });

  it('opens as a labelled project, and later without a download', async () => {
    await page.getByRole('button', { name: 'Download Few cells' }).click();
    await page.getByText('6 of 6', { exact: true }).waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Few cells' }).click();
    await server.close();
    await page.getByRole('button', { name: 'Open Few cells' }).click();
    await page.getByText('6 of 6', { exact: true }).waitFor({ timeout: 30_000 });
    // pictures of the project that was just left may still have been on their way
    expect(studio.complaints.filter((text) => !text.includes('/thumbnail/'))).toEqual([]);
  });
});
