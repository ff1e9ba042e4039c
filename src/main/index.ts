// Electron's entry: one instance, one window, the backend at the other end of its port.
import './shell/environment.ts';
import { resolve } from 'node:path';
import { app, BrowserWindow, dialog, session, shell } from 'electron';
import { sentenceOf } from '../shared/problem.ts';
import { type Backend, createBackend, writeDown } from './backend.ts';
import { setMenu } from './shell/menu.ts';
import { limitPermissions } from './shell/permissions.ts';
import { connectWindows } from './shell/ports.ts';
import { claimSchemes, servePage, servePictures } from './shell/protocols.ts';
import { guardClosing, mayLeave, showAgain, watchTraining } from './shell/training-watch.ts';
import { tellUnforeseen } from './shell/unforeseen.ts';
import { openWindow } from './shell/window.ts';

claimSchemes();
tellUnforeseen(writeDown);

// told to the instance that is there: of its arguments Electron keeps no order
if (app.requestSingleInstanceLock({ project: namedProject() ?? null })) {
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      dialog.showErrorBox('DDOD Studio', sentenceOf(error));
      app.exit(1);
    });
} else {
  app.quit();
}

async function start(): Promise<void> {
  const backend = createBackend({ choosePath, showFolder, onNotice: watchTraining });
  limitPermissions(session.defaultSession);
  setMenu();
  servePage();
  servePictures(backend);
  connectWindows(backend);
  const project = namedProject();
  if (project !== undefined) await openNamed(backend, project);
  guardClosing(openWindow());

  const leaving: { now: boolean; andBack?: { project: string | null } } = { now: false };
  const comeBack = (project: string | null) => {
    if (leaving.now) {
      if (!leaving.andBack) sayComingBack();
      leaving.andBack = { project };
      return;
    }
    if (BrowserWindow.getAllWindows().length === 0) guardClosing(openWindow());
    else showAgain();
    if (project !== null) void leaveFor(backend, project);
  };
  // told by another version, perhaps: anything may come
  app.on('second-instance', (_event, _argv, _folder, asked) =>
    comeBack((asked as { project?: string | null } | undefined)?.project ?? null),
  );
  app.on('activate', () => comeBack(null));
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let closed = false;
  app.on('before-quit', (event) => {
    if (closed) return;
    // a training under way is paused with a checkpoint first
    event.preventDefault();
    if (leaving.now) return;
    leaving.now = true;
    const leave = () => {
      closed = true;
      if (leaving.andBack) startAnew(leaving.andBack.project);
      app.quit();
    };
    backend.close().then(leave, leave);
  });
}

/** The folder after --project, from the folder that the program was started in. */
function namedProject(): string | undefined {
  const { argv } = process;
  const joined = argv.findLast((argument) => argument.startsWith('--project='))?.slice('--project='.length);
  const dir = joined ?? (argv.includes('--project') ? argv[argv.indexOf('--project') + 1] : undefined);
  return dir ? resolve(dir) : undefined;
}

/** Starts the program again once it has ended, with the project that was asked for meanwhile. */
function startAnew(project: string | null): void {
  const args = process.argv.slice(1);
  app.relaunch({ args: project === null ? args : [...args, `--project=${project}`] });
}

/** For who starts the program while it ends: there is no window any more that could say it. */
function sayComingBack(): void {
  void dialog.showMessageBox({
    type: 'info',
    message: 'DDOD Studio is just ending.',
    detail:
      'It pauses a training and saves what was learned. The window opens again by itself once that is done.',
    buttons: ['OK'],
  });
}

async function leaveFor(backend: Backend, project: string): Promise<void> {
  if (await mayLeave(BrowserWindow.getAllWindows()[0])) await openNamed(backend, project);
}

/** A project that cannot be opened is no reason to stay closed: the window offers others. */
async function openNamed(backend: Backend, dir: string): Promise<void> {
  try {
    await backend.open(dir);
  } catch (error) {
    const message = 'The project cannot be opened';
    void dialog.showMessageBox({ type: 'error', message, detail: sentenceOf(error), buttons: ['OK'] });
  }
}

async function showFolder(dir: string): Promise<void> {
  const failure = await shell.openPath(dir);
  if (failure !== '') throw new Error(failure);
}

const LABEL_FILES = ['json', 'xml', 'yaml', 'yml', 'txt', 'csv', 'odgt'];

/** One dialog for both would offer files alone on some systems. */
async function choosePath(title: string, kind: 'folder' | 'labels'): Promise<string | null> {
  const { filePaths } = await dialog.showOpenDialog(
    kind === 'folder'
      ? { title, properties: ['openDirectory', 'createDirectory'] }
      : { title, properties: ['openFile'], filters: [{ name: 'Labels', extensions: LABEL_FILES }] },
  );
  return filePaths[0] ?? null;
}
