// The window's requests over WebSockets. What a socket sends wrong ends that socket, and nothing else.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type MinimalWebsocket, RPCHandler } from '@orpc/server/websocket';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Router } from '../backend.ts';

/** Bytes; a larger message ends its socket. */
const LARGEST_MESSAGE = 32 * 1024 * 1024;
/** Of RFC 6455: the message is not of the kind that is expected. */
const NOT_UNDERSTOOD = 1007;

/** Answers at /rpc whom `isWelcome` lets in. Returns what ends all sockets. */
export function serveSockets(
  server: Server,
  router: Router,
  isWelcome: (request: IncomingMessage) => boolean,
): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE });
  const rpc = new RPCHandler(router);
  server.on('upgrade', (request, socket: Duplex, head) => {
    // a browser that goes away at once
    socket.on('error', () => socket.destroy());
    if (request.url !== '/rpc' || !isWelcome(request)) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (ws) => attend(ws, rpc));
  });
  return () => {
    for (const ws of sockets.clients) ws.terminate();
  };
}

function attend(ws: WebSocket, rpc: RPCHandler<{ session: string }>): void {
  const context = { session: randomUUID() };
  // typed as a browser's; it is a key and sends
  const peer = ws as unknown as MinimalWebsocket;
  // a frame that is malformed or too large
  ws.on('error', () => ws.terminate());
  ws.on('close', () => rpc.close(peer));
  ws.on('message', (data: Buffer, isBinary) => {
    const message = isBinary ? new Uint8Array(data).buffer : data.toString();
    rpc.message(peer, message, { context }).catch(() => ws.close(NOT_UNDERSTOOD));
  });
}
