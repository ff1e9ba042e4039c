// Gives every window that asks one end of a channel to the backend.
import { randomUUID } from 'node:crypto';
import { RPCHandler } from '@orpc/server/message-port';
import { ipcMain } from 'electron';
import type { Backend } from '../backend.ts';
import { PAGE_ORIGIN } from './protocols.ts';

/** A port that comes from anything but our own page, outermost frame, is left unanswered. */
export function connectWindows(backend: Backend): void {
  const rpc = new RPCHandler(backend.router);
  ipcMain.on('ddod:port', (event) => {
    const { senderFrame } = event;
    const isOurs = senderFrame?.parent === null && senderFrame.url.startsWith(`${PAGE_ORIGIN}/`);
    const [port] = event.ports;
    if (!isOurs || !port) return;
    rpc.upgrade(port, { context: { session: randomUUID() } });
    port.start();
  });
}
