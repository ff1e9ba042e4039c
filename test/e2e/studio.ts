// A studio of one's own for a test: the server with its own folders, and a browser page that was let in.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { type RunningServer, startServer } from '../../src/main/serve.ts';
import { watchForFailures } from './seen-at-failure.ts';

export interface Studio {
  readonly page: Page;
  readonly server: RunningServer;
  readonly browser: Browser;
  /** Errors that the page wrote to its console. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** The browser to test with: one that is named, the system's, or Playwright's own; undefined where there is none. */
export function browserProgram(): string | undefined {
  const named = process.env.DDOD_BROWSER;
  const found = [named, '/usr/bin/chromium', '/usr/bin/google-chrome', chromium.executablePath()];
  return found.find((program) => program !== undefined && program !== '' && existsSync(program));
}

/** As openStudio, with the drawn sample project that a very first start opens, its images in sight. */
export async function openSampleStudio(executablePath: string): Promise<Studio> {
  const studio = await openStudio(executablePath);
  await studio.page.getByText('60 of 60', { exact: true }).waitFor({ timeout: 60_000 });
  return studio;
}

/**
 * Starts the server on a free port, with a project where one is given, and opens its link. Folders are its own, or those in
 * `kept`, which stays when the studio is closed.
 */
export async function openStudio(executablePath: string, project?: string, kept?: string): Promise<Studio> {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'ddod-e2e-'));
  process.env.DDOD_CONFIG_DIR = join(folder, 'config');
  process.env.DDOD_PROJECTS_DIR = join(folder, 'projects');
  process.env.DDOD_THUMBNAILS = join(folder, 'thumbnails');
  const server = await startServer(project === undefined ? {} : { project });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  watchForFailures(page, complaints);
  await page.goto(server.link);
  return {
    page,
    server,
    browser,
    complaints,
    close: async () => {
      await browser.close();
      await server.close();
      if (kept === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
