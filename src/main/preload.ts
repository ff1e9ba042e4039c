// Hands the page one end of a channel to the backend when it asks, and nothing else.
import { ipcRenderer } from 'electron';

/** The part of the page's window that is used here; main's types know no DOM. */
interface PageWindow {
  readonly origin: string;
  addEventListener(type: 'message', hear: (event: { source: unknown; data: unknown }) => void): void;
  postMessage(message: string, origin: string, transfer: readonly MessagePort[]): void;
}
declare const window: PageWindow;

window.addEventListener('message', ({ source, data }) => {
  if (source !== window || data !== 'ddod:want-port') return;
  const { port1, port2 } = new MessageChannel();
  ipcRenderer.postMessage('ddod:port', null, [port1]);
  window.postMessage('ddod:port', window.origin, [port2]);
});
