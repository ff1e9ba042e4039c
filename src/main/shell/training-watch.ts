// What the system is told of a training: keep awake, progress in the dock, a word at the end; and the question before a
// window is closed on it. The window's title is the page's own.
import { app, BrowserWindow, dialog, Notification, powerSaveBlocker } from 'electron';
import type { LiveRun, Notice, RunSummary } from '../../shared/contract.ts';

const TITLE = 'DDOD Studio';
const GOING_ON = 'A training is going on.';
const NOTHING = -1;

let live: LiveRun | null = null;
let awake: number | undefined;
/** The last window was closed on a training that goes on; the application ends with it. */
let unseen = false;
/** Kept, or a click on it would find nobody. */
let told: Notification | undefined;

/** Follows the training by what windows are told. */
export function watchTraining(notice: Notice): void {
  if (notice.type === 'run') follow(notice.live);
  else if (notice.type === 'run-ended') ended(notice.run);
}

/**
 * Asks before the last window is closed while something trains; closing it may let the training go on unseen. While the
 * question stands, this process goes on with the training and with what is drawn.
 */
export function guardClosing(window: BrowserWindow): void {
  let answered = false;
  let asking = false;
  window.on('close', (event) => {
    if (live === null || unseen || answered || BrowserWindow.getAllWindows().length > 1) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    void howToClose(window).then((how) => {
      asking = false;
      if (how === 'stay' || window.isDestroyed()) return;
      // it may have ended while the question stood
      if (how === 'unseen' && live !== null) return hide(window);
      answered = true;
      window.close();
    });
  });
}

async function howToClose(window: BrowserWindow): Promise<'unseen' | 'pause' | 'stay'> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: GOING_ON,
    detail: 'It can go on without the window. Paused, it keeps what it has learned; resume it the next time.',
    buttons: ['Go on training', 'Pause and quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
  });
  return (['unseen', 'pause'] as const)[response] ?? 'stay';
}

function hide(window: BrowserWindow): void {
  unseen = true;
  window.hide();
}

/** Asks before another project is opened while something trains in this one. */
export async function mayLeave(window: BrowserWindow | undefined): Promise<boolean> {
  if (live === null) return true;
  const options = {
    type: 'question' as const,
    message: GOING_ON,
    detail:
      'Another project was asked for, and one is open at a time. Paused, the training keeps what it has learned; resume it the next time.',
    buttons: ['Pause and open the other', 'Stay here'],
    defaultId: 0,
    cancelId: 1,
  };
  const { response } = await (window
    ? dialog.showMessageBox(window, options)
    : dialog.showMessageBox(options));
  return response === 0;
}

/** Shows the window, closed on a training or hidden behind others. */
export function showAgain(): void {
  unseen = false;
  for (const window of BrowserWindow.getAllWindows()) {
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }
}

function follow(now: LiveRun | null): void {
  live = now;
  stayAwake(now !== null);
  const part = now && now.steps > 0 ? now.step / now.steps : null;
  for (const window of BrowserWindow.getAllWindows()) {
    window.setProgressBar(part ?? NOTHING);
  }
}

function stayAwake(wanted: boolean): void {
  if (wanted) awake ??= powerSaveBlocker.start('prevent-app-suspension');
  else if (awake !== undefined) {
    powerSaveBlocker.stop(awake);
    awake = undefined;
  }
}

function ended(run: RunSummary): void {
  const result = run.best ? ` AP ${(run.best.AP * 100).toFixed(1)} on the validation images.` : '';
  const body = `${run.name} is ${run.status}.${result}${run.cause ? ` ${run.cause}` : ''}`;
  if (Notification.isSupported()) tell(body);
  // a queued run may begin right after, and the window be wanted again
  if (unseen) setTimeout(() => live === null && unseen && app.quit(), 2000);
}

function tell(body: string): void {
  told = new Notification({ title: TITLE, body });
  told.on('click', showAgain);
  told.show();
}
