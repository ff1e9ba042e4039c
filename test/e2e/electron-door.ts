// Electron's way into the window for tests that go through several doors: folders are chosen in the system's dialog.
import { mkdirSync } from 'node:fs';
import { expect } from 'vitest';
import {
  type Application,
  type ElectronProgram,
  type ElectronWindow,
  openWindow,
} from './electron-window.ts';
import type { Door } from './round-trip-steps.ts';

export function electronDoor(program: ElectronProgram, application: Application): Door {
  let window: ElectronWindow | undefined;
  return {
    open: async (folder) => {
      window = await openWindow(program, application, folder);
      return window;
    },
    nameFolder: async (page, label, folder) => {
      // the dialog of the system offers what is there, and makes a new folder itself
      mkdirSync(folder, { recursive: true });
      await window?.electron.evaluate(({ dialog }, chosen) => {
        const answer = { canceled: false, filePaths: [chosen] };
        dialog.showOpenDialog = (async () => answer) as typeof dialog.showOpenDialog;
      }, folder);
      const choose = page.getByRole('dialog').getByRole('button', { name: /^(Folder|Choose) …$/ });
      await choose.first().click();
      await expect.poll(() => page.getByLabel(label).inputValue()).toBe(folder);
    },
  };
}
