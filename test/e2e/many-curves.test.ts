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

function makeRuns(dir: string) {
  const project = createProject(dir, 'Many curves');
  for (let run = 0; run < RUNS; run++) {
    const { id: runId } = project.runs.create({
      recipe: resolveRecipe({}) as unknown as JsonObject,
      seed: run,
    });
    project.runs.addMetrics(
      METRICS.flatMap((name) =>
        Array.from({ length: STEPS }, (_, step) => ({
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
