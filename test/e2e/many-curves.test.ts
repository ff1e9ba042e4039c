// Many runs over each other: the page asks for each metric once, however many it waits for at the same time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject } from '../../src/main/services/projects.ts';
import { resolveRecipe } from '../../src/main/services/recipes.ts';
import type { JsonObject } from '../../src/shared/model.ts';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();
const RUNS = 12;
const METRICS = ['loss', 'loss_cls', 'loss_bbox', 'loss_iou', 'lr', 'AP', 'AP50'];
const STEPS = 500;

function makeRuns(dir: string, runs = RUNS, steps = STEPS) {
  const project = createProject(dir, 'Many curves');
  for (let run = 0; run < runs; run++) {
    const { id: runId } = project.runs.create({
      recipe: resolveRecipe({}) as unknown as JsonObject,
      seed: run,
    });
    project.runs.addMetrics(
      METRICS.flatMap((name) =>
        Array.from({ length: steps }, (_, step) => ({
          runId,
          name,
          step,
          epoch: 1,
          value: 1 / (step + run + 1),
        })),
      ),
    );
    project.runs.setStatus(runId, 'done');
  }
  project.close();
}

describe.skipIf(!program)('many runs over each other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-many-curves-'));
  let studio: Studio;
  let page: Page;
  const asked: string[] = [];
  const lines = async (chart: string) => {
    const words = await page
      .getByRole('slider', { name: `${chart}, by step` })
      .getAttribute('aria-valuetext');
    return words?.split(', ').length;
  };

  beforeAll(async () => {
    makeRuns(folder);
    studio = await openStudio(program ?? '', folder);
    page = studio.page;
    // tall, so that every chart is in sight and asks at once
    await page.setViewportSize({ width: 1600, height: 4000 });
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        const name = /runs\/overlay.*"name":"([^"]*)"/.exec(payload.toString())?.[1];
        if (name !== undefined) asked.push(name);
      }),
    );
    await page.reload();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('slider', { name: 'Loss, by step' }).waitFor();
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks for each metric of each run once', async () => {
    await page.getByRole('checkbox', { name: 'Lay all over each other' }).check();
    for (const chart of METRICS) {
      const name = chart.startsWith('AP') ? `${chart}, %` : chart === 'lr' ? 'Learning rate' : chart;
      await expect.poll(() => lines(name)).toBe(RUNS);
    }
    expect(asked).toHaveLength(new Set(asked).size);
    expect(asked.slice(0, 3), 'the charts that decide come first').toEqual(['AP', 'AP50', 'loss']);
  });
});

describe.skipIf(!program)('a long run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-long-curve-'));
  let studio: Studio;

  beforeAll(async () => {
    makeRuns(folder, 2, 10_000);
    studio = await openStudio(program ?? '', folder);
    await studio.page.getByRole('button', { name: 'Train', exact: true }).click();
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** How far apart the steps are that the arrows walk over. */
  async function gaps(chart: string) {
    const slider = studio.page.getByRole('slider', { name: `${chart}, by step` });
    const at = async () => Number(await slider.getAttribute('aria-valuenow'));
    await slider.focus();
    for (let press = 0; press < 6; press++) await studio.page.keyboard.press('ArrowLeft');
    const steps = [await at()];
    for (let press = 0; press < 3; press++) {
      await studio.page.keyboard.press('ArrowRight');
      steps.push(await at());
    }
    return steps.slice(1).map((step, index) => step - (steps[index] ?? 0));
  }

  for (const [runs, chart] of [
    ['one', 'Loss'],
    ['two', 'loss'],
  ] as const) {
    it(`shows every step where it is zoomed into: ${runs}`, async () => {
      const { page } = studio;
      if (runs === 'two') await page.getByRole('checkbox', { name: 'Lay all over each other' }).check();
      const slider = page.getByRole('slider', { name: `${chart}, by step` });
      await slider.waitFor();
      expect(Math.min(...(await gaps(chart)))).toBeGreaterThan(10);
      for (let press = 0; press < 6; press++) await page.keyboard.press('+');
      await expect.poll(() => gaps(chart), { timeout: 15_000 }).toEqual([1, 1, 1]);
      await page.keyboard.press('Escape');
      await expect.poll(async () => Math.min(...(await gaps(chart)))).toBeGreaterThan(10);
      expect(studio.complaints).toEqual([]);
    });
  }
});
