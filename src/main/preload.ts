// Hands the page one end of a channel to the backend when it asks, and the paths of files the user drops on it.
import { contextBridge, ipcRenderer, webUtils } from 'electron';

/** The part of the page's window that is used here; main's types know no DOM. */
interface PageWindow {
  readonly origin: string;
  addEventListener(type: 'message', hear: (event: { source: unknown; data: unknown }) => void): void;
  postMessage(message: string, origin: string, transfer: readonly MessagePort[]): void;
}
declare const window: PageWindow;

// a page can only ask about a file it was given; before Electron 32 such a file says its path itself
type Dropped = Parameters<NonNullable<typeof webUtils>['getPathForFile']>[0];
const tells: typeof webUtils | undefined = webUtils;
if (tells) contextBridge.exposeInMainWorld('ddodPathOf', (file: Dropped) => tells.getPathForFile(file));

window.addEventListener('message', ({ source, data }) => {
  if (source !== window || data !== 'ddod:want-port') return;
  const { port1, port2 } = new MessageChannel();
  ipcRenderer.postMessage('ddod:port', null, [port1]);
  window.postMessage('ddod:port', window.origin, [port2]);
});
