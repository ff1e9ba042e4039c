// Hands the page one end of a channel to the backend when it asks, and nothing else.
import { ipcRenderer } from 'electron';

window.addEventListener('message', (event) => {
  if (event.source !== window || event.data !== 'ddod:want-port') return;
  const { port1, port2 } = new MessageChannel();
  ipcRenderer.postMessage('ddod:port', null, [port1]);
  window.postMessage('ddod:port', window.origin, [port2]);
});
