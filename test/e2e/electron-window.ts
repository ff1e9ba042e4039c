// A real Electron for tests: one that is named or installed, else one that the shared set-up makes once. On a Linux without
// a display a virtual one is started where Xvfb is installed.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { watchForFailures } from './seen-at-failure.ts';

export interface ElectronProgram {
  readonly path: string;
  /** better-sqlite3 for an Electron that is too old for the package's own build. */
  readonly sqliteBinding?: string;
}

export interface ElectronWindow {
  readonly electron: ElectronApplication;
  readonly page: Page;
  /** Errors that the page wrote to its console. */
  readonly complaints: readonly string[];
  /** What the program has written to its standard error so far. */
  said(): string;
  /** Starts the program once more, with these arguments; resolves when that one has ended. */
  again(...args: string[]): Promise<void>;
  close(): Promise<void>;
}

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** A training that is paused on the way is part of it. */
const MOST_CLOSING_MS = 90_000;
const XVFB = '/usr/bin/Xvfb';
const SET_UP = join(root, '../shared/electron/setup.sh');

/** The Electron to test with; undefined, after a line that says why, where none can be had. */
export function electronProgram(): ElectronProgram | undefined {
  const needsScreen = process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
  if (needsScreen && !existsSync(XVFB)) {
    console.log('There is no display and no Xvfb, so the Electron window is not tested.');
    return undefined;
  }
  return named() ?? installed() ?? shared();
}

function named(): ElectronProgram | undefined {
  const { ELECTRON_EXEC_PATH: path, DDOD_SQLITE_BINDING: sqliteBinding } = process.env;
  if (!path) return undefined;
  return sqliteBinding ? { path, sqliteBinding } : { path };
}

function installed(): ElectronProgram | undefined {
  const note = join(root, 'node_modules/electron/path.txt');
  if (!existsSync(note)) return undefined;
  const path = join(root, 'node_modules/electron/dist', readFileSync(note, 'utf8').trim());
  return existsSync(path) ? { path } : undefined;
}

/** Made once in the user's cache, about a minute. */
function shared(): ElectronProgram | undefined {
  const folder = join(
    process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    'ddod-studio',
    'test-electron',
  );
  const path = join(folder, 'electron', 'electron');
  const sqliteBinding = join(folder, 'better_sqlite3-napi8.node');
  if (existsSync(path) && existsSync(sqliteBinding)) return { path, sqliteBinding };
  if (!existsSync(SET_UP)) {
    console.log('Electron is not installed, so its window is not tested: set ELECTRON_EXEC_PATH to one.');
    return undefined;
  }
  const sources = join(root, 'node_modules/better-sqlite3');
  const made = spawnSync('bash', [SET_UP, folder, sources], { encoding: 'utf8', timeout: 400_000 });
  if (made.status === 0) return { path, sqliteBinding };
  const reason = made.stderr.trim().split('\n').at(-1) ?? '';
  console.log(`The shared Electron could not be set up (${reason}), so the Electron window is not tested.`);
  return undefined;
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

/** A script for an Electron, or an installed application with one of its own. */
export interface Application {
  readonly executable?: string;
  readonly script?: string;
}

/** Closes the program; one that does not answer is ended by force, and the test told so instead of waiting with it. */
async function ended(electron: ElectronApplication): Promise<void> {
  const stuck = AbortSignal.timeout(MOST_CLOSING_MS);
  const force = () => electron.process().kill('SIGKILL');
  stuck.addEventListener('abort', force);
  await electron.close();
  stuck.removeEventListener('abort', force);
  if (stuck.aborted) throw new Error('Electron did not end when it was closed.');
}

/** Opens the window of `application` with folders of its own, or with those in `kept`, which stays when it is closed. */
export async function openWindow(
  program: ElectronProgram,
  application: Application,
  kept?: string,
): Promise<ElectronWindow> {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'ddod-electron-'));
  const screen = process.platform === 'linux' && !process.env.DISPLAY ? await virtualScreen() : undefined;
  const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined));
  const command = {
    executablePath: application.executable ?? program.path,
    args: ['--no-sandbox', '--disable-gpu', ...(application.script ? [application.script] : [])],
    env: {
      ...(env as Record<string, string>),
      ...(screen && { DISPLAY: screen.name }),
      ...(program.sqliteBinding && { DDOD_SQLITE_BINDING: program.sqliteBinding }),
      XDG_CONFIG_HOME: folder,
      DDOD_CONFIG_DIR: join(folder, 'config'),
      DDOD_PROJECTS_DIR: join(folder, 'projects'),
      DDOD_THUMBNAILS: join(folder, 'thumbnails'),
    },
  };
  const electron = await _electron.launch(command);
  let said = '';
  electron.process().stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const page = await electron.firstWindow();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  watchForFailures(page, complaints, () => said);
  return {
    electron,
    page,
    complaints,
    said: () => said,
    again: (...args) =>
      new Promise((done, fail) => {
        const other = spawn(command.executablePath, [...command.args, ...args], { env: command.env });
        other.once('error', fail);
        other.once('close', () => done());
      }),
    close: async () => {
      await ended(electron);
      screen?.process.kill();
      if (kept === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
