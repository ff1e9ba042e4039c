// A window that labels while its backend is killed at random moments: what was acknowledged as saved is there afterwards, and
// of what was not at most the gesture in flight.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Browser, chromium, type Page } from 'playwright';
import { largeProject } from './large-project.ts';

const SERVE = join(import.meta.dirname, '../../src/main/serve.ts');

export interface KillReport {
  readonly rounds: number;
  /** Gestures that the window showed as saved. */
  readonly saved: number;
  /** Gestures in the database that the window did not live to see saved. */
  readonly unseen: number;
}

/** Labels and kills `rounds` times. Throws where a saved gesture is missing or the database is not whole. */
export async function labelAndKill(executablePath: string, rounds: number): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-kill-'));
  const project = await largeProject(folder, [{ width: 800, height: 600 }]);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const sum = { rounds, saved: 0, unseen: 0 };
  try {
    let before = 0;
    for (let round = 0; round < rounds; round++) {
      const saved = await killedRound(browser, folder, project);
      const stored = countBoxes(project);
      const unseen = stored - before - saved;
      if (unseen !== 0 && unseen !== 1)
        throw new Error(`Round ${round}: ${saved} boxes were saved, ${stored - before} are there.`);
      sum.saved += saved;
      sum.unseen += unseen;
      before = stored;
    }
    return sum;
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One life of the backend; answers with the gestures whose saving the window showed. */
async function killedRound(browser: Browser, folder: string, project: string): Promise<number> {
  const { server, link } = await serve(folder, project);
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole('button', { name: /^Label large_0/ }).click();
  await page.locator('canvas.ground[data-image="1"]').waitFor();
  const boxes = page
    .getByRole('region', { name: /^Boxes/ })
    .getByRole('heading')
    .locator('span');
  await boxes.waitFor();
  const gone = once(server, 'close');
  setTimeout(() => server.kill('SIGKILL'), 100 + 2900 * Math.random());
  const saved = await drawUntilLost(page, server);
  await gone;
  await context.close();
  return saved;
}

async function drawUntilLost(page: Page, server: ChildProcess): Promise<number> {
  let saved = 0;
  const lost = page.getByText('Not connected to DDOD Studio;');
  for (let index = 0; server.exitCode === null && server.signalCode === null; index++) {
    await drawOne(page, index);
    const seen = page.getByText('Saved', { exact: true }).waitFor({ timeout: 5000 });
    const fate = await Promise.race([seen.then(() => 'saved'), lost.waitFor().then(() => 'lost')]).catch(
      () => 'lost',
    );
    if (fate !== 'saved' || (await lost.isVisible())) break;
    saved += 1;
  }
  return saved;
}

async function drawOne(page: Page, index: number): Promise<void> {
  const area = await page.locator('canvas.boxes').boundingBox();
  if (!area) return;
  const x = area.x + area.width * (0.1 + 0.03 * (index % 25));
  const y = area.y + area.height * (0.2 + 0.03 * (Math.floor(index / 25) % 20));
  if (index === 0) await page.keyboard.press('w');
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 12, y + 12);
  await page.mouse.up();
}

async function serve(folder: string, project: string): Promise<{ server: ChildProcess; link: string }> {
  const env = {
    ...process.env,
    DDOD_CONFIG_DIR: join(folder, 'config'),
    DDOD_PROJECTS_DIR: join(folder, 'projects'),
    DDOD_THUMBNAILS: join(folder, 'thumbnails'),
  };
  const server = spawn(process.execPath, [SERVE, '--project', project], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of server.stdout ?? []) {
    said += String(chunk);
    const [link] = /http:\S+/.exec(said) ?? [];
    if (link) return { server, link };
  }
  throw new Error(`The server ended: ${said}`);
}

function countBoxes(project: string): number {
  const sqlite = new Sqlite(join(project, 'project.db'));
  try {
    const whole = sqlite.pragma('integrity_check', { simple: true });
    if (whole !== 'ok') throw new Error(`The database is not whole: ${String(whole)}`);
    const { n } = sqlite.prepare('SELECT count(*) AS n FROM box').get() as { n: number };
    const { rows } = sqlite.prepare("SELECT count(*) AS rows FROM journal WHERE gesture = 'draw'").get() as {
      rows: number;
    };
    if (n !== rows) throw new Error(`${rows} gestures are in the journal, ${n} boxes on the image.`);
    return n;
  } finally {
    sqlite.close();
  }
}
