// Errors that reach nobody. Electron's own answer is a window of its own making that holds the whole process up, and with it
// the training and every change that waits to be stored.
import { dialog } from 'electron';

/** Writes such errors down and tells of the first one, while everything goes on. `writeDown` says where it is. */
export function tellUnforeseen(writeDown: (error: unknown, doing: string) => string): void {
  let told = false;
  process.on('uncaughtException', (error) => {
    const log = writeDown(error, 'somewhere in the program');
    if (told) return;
    told = true;
    void dialog.showMessageBox({
      type: 'warning',
      message: 'Something went wrong inside.',
      detail: `Your labels are stored. Should anything stay stuck, start DDOD Studio again. What it was is written in ${log}.`,
      buttons: ['OK'],
    });
  });
}
