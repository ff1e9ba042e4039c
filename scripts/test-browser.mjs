// Gets the browser that the end-to-end tests drive, where the machine has none: Playwright's own, else the distribution's package.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const FIVE_MINUTES = 300_000;

/**
 * Makes sure of a browser. Says in one line where it came from, or why the tests in a browser will be skipped.
 * @param {readonly string[]} places programs that would do, besides Playwright's own
 */
export function ensureBrowser(places = ['/usr/bin/chromium', '/usr/bin/google-chrome']) {
  const known = [process.env.DDOD_BROWSER ?? '', ownProgram(), ...places];
  if (known.some((program) => program !== '' && existsSync(program))) return;
  console.log("There is no browser here: getting Playwright's ...");
  const cli = join(root, 'node_modules', 'playwright', 'cli.js');
  const own = run(process.execPath, [cli, 'install', 'chromium']);
  if (own.status === 0) return;
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log("It cannot be had: getting the distribution's Chromium ...");
    run('apt-get', ['update', '-qq']);
    if (run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']).status === 0) return;
  }
  console.log('No browser could be had, so the tests in a browser are skipped: name one with DDOD_BROWSER.');
}

function ownProgram() {
  const { chromium } = createRequire(join(root, 'package.json'))('playwright');
  return String(chromium.executablePath());
}

/**
 * @param {string} program
 * @param {readonly string[]} argv
 */
function run(program, argv) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, argv, { stdio: 'ignore', timeout: FIVE_MINUTES, env });
}
