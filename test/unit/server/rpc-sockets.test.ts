// What a socket sends wrong ends that socket; the server and the other windows go on.
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Backend, createBackend } from '../../../src/main/backend.ts';
import { serveSockets } from '../../../src/main/server/rpc-sockets.ts';
import type { Contract } from '../../../src/shared/contract.ts';

const server = createServer();
let backend: Backend;
let endSockets: () => void;

beforeAll(async () => {
  backend = createBackend();
  endSockets = serveSockets(server, backend.router, ({ headers }) => headers.origin === 'http://page');
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(async () => {
  endSockets();
  server.close();
  await backend.close();
});

const port = () => (server.address() as AddressInfo).port;

async function opened(): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port()}/rpc`, { origin: 'http://page' });
  socket.on('error', () => undefined);
  await new Promise((done) => socket.once('open', done));
  return socket;
}

const closed = (socket: WebSocket) => new Promise<number>((done) => socket.once('close', done));

/** Asks for something over `socket`. */
async function expectAnswer(socket: WebSocket) {
  const client: ContractRouterClient<Contract> = createORPCClient(
    new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
  );
  expect(await client.settings.read()).toHaveProperty('keys');
}

describe('a socket', () => {
  it('is answered, text or binary', async () => {
    const socket = await opened();
    await expectAnswer(socket);
    socket.close();
  });

  it('that sends a malformed frame is ended, alone', async () => {
    const [bad, good] = [await opened(), await opened()];
    // a reserved bit, an unknown kind of frame, and no mask
    const raw = (bad as unknown as { _socket: { write(data: Buffer): void } })._socket;
    const gone = closed(bad);
    raw.write(Buffer.from([0xff, 0x05, 1, 2, 3, 4, 5]));
    await gone;
    await expectAnswer(good);
    good.close();
  });

  it('that sends too much is ended, alone', async () => {
    const [bad, good] = [await opened(), await opened()];
    const gone = closed(bad);
    bad.send(Buffer.alloc(33 * 1024 * 1024));
    await gone;
    await expectAnswer(good);
    good.close();
  });

  it.each(['no JSON', '[]', '{}', 'null', '{"i":1,"p":{"u":7}}'])(
    'that sends %s is ended quietly',
    async (text) => {
      const complaints = vi.spyOn(console, 'error');
      const bad = await opened();
      const gone = closed(bad);
      bad.send(text);
      bad.send(Buffer.from([0xff, 0, 1]));
      await gone;
      expect(complaints).not.toHaveBeenCalled();
      complaints.mockRestore();
      const good = await opened();
      await expectAnswer(good);
      good.close();
    },
  );

  it('that goes away while it is let in harms nobody', async () => {
    for (let nth = 0; nth < 20; nth += 1) {
      const raw = connect(port(), '127.0.0.1');
      raw.on('error', () => undefined);
      raw.write('GET /rpc HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      raw.resetAndDestroy();
    }
    await expectAnswer(await opened());
  });
});
