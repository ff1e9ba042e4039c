// The window: a page without Node, that goes nowhere else and opens nothing else.
import { join } from 'node:path';
import { BrowserWindow } from 'electron';
import { root } from './environment.ts';
import { PAGE_ORIGIN } from './protocols.ts';

export function openWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 900,
    minHeight: 600,
    show: false,
    backgroundColor: '#15171b',
    title: 'DDOD Studio',
    autoHideMenuBar: true,
    webPreferences: {
      preload: join(root, 'out', 'main', 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  const { webContents } = window;
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  for (const name of ['will-navigate', 'will-redirect'] as const) {
    webContents.on(name as 'will-navigate', (event, url) => {
      if (!url.startsWith(`${PAGE_ORIGIN}/`)) event.preventDefault();
    });
  }
  window.once('ready-to-show', () => window.show());
  window.loadURL(`${PAGE_ORIGIN}/index.html`).catch((error: unknown) => {
    process.stderr.write(`The window could not be loaded: ${String(error)}\n`);
  });
  return window;
}
