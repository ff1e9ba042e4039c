// The door to the backend: Electron's MessagePort or the server's WebSocket, the same typed client over both.
import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../shared/contract.ts';
import type { Rect } from '../shared/model.ts';
import type { Tile } from '../shared/pyramid.ts';
import { ConnectionLost } from './failures.ts';
import { t } from './words/words.ts';

export type Client = ContractRouterClient<Contract>;

const inElectron = location.protocol === 'app:';

/** Where an image is read from. The project is named so that no cache takes another project's image of this number. */
export function imageUrl(project: string, id: number, size: 'image' | 'preview' | 'thumbnail'): string {
  return `${inElectron ? 'image://project' : ''}/${size}/${id}?project=${project}`;
}

/** Where a part of an image is read from, in whole pixels; it may reach beyond the image. */
export function cropUrl(project: string, id: number, { x, y, width, height }: Rect): string {
  return `${imageUrl(project, id, 'image')}&crop=${x},${y},${width},${height}`;
}

/** Where a tile of a large image is read from. */
export function tileUrl(project: string, id: number, { level, x, y }: Tile): string {
  return `${inElectron ? 'image://project' : ''}/tile/${id}/${level}/${x}_${y}?project=${project}`;
}

/** Where a part of an image is read from that an import looks at. */
export function stagedUrl(token: string, image: number, { x, y, width, height }: Rect): string {
  return `${inElectron ? 'image://project' : ''}/staged/${token}/${image}?crop=${x},${y},${width},${height}`;
}

/** The path of a dropped file or folder; undefined in a browser, which does not tell. */
export function droppedPath(file: File): string | undefined {
  const named = (window as { ddodPathOf?: (file: File) => string }).ddodPathOf?.(file);
  // before Electron 32 the file itself said it
  const path = named ?? (file as { path?: string }).path;
  return path === '' ? undefined : path;
}

/** Where a training image is read from as the network will see it. */
export function augmentedUrl(project: string, key: string): string {
  return `${inElectron ? 'image://project' : ''}/augmented/${key}?project=${project}`;
}

/** Where a picture of a recent project is read from. */
export function glanceUrl(key: string): string {
  return `${inElectron ? 'image://project' : ''}/glance/${key}`;
}

/** Where an export is downloaded from, by a browser. */
export function exportUrl(project: string, name: string): string {
  return `/exports/${encodeURIComponent(name)}.zip?project=${project}`;
}

/** Connects; `onLost` is told when the backend is gone. */
export async function connect(onLost: () => void): Promise<Client> {
  const link = inElectron
    ? new PortLink({ port: await handedPort() })
    : new SocketLink({ websocket: socket(onLost), clientInterceptors: [tellLoss] });
  return createORPCClient(link);
}

/** Whatever the socket fails with, unless the request was given up on purpose. */
async function tellLoss<T>({
  next,
  signal,
}: {
  next(): Promise<T>;
  signal?: AbortSignal | undefined;
}): Promise<T> {
  try {
    return await next();
  } catch (error) {
    throw signal?.aborted ? error : new ConnectionLost(t('The connection broke off.'), { cause: error });
  }
}

function socket(onLost: () => void): WebSocket {
  const url = new URL('/rpc', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const opened = new WebSocket(url);
  opened.addEventListener('close', onLost, { once: true });
  return opened;
}

/** The preload answers with one end of a channel, and nothing else. */
function handedPort(): Promise<MessagePort> {
  return new Promise((resolve) => {
    window.addEventListener('message', function hear(event) {
      const [port] = event.ports;
      if (event.source !== window || event.data !== 'ddod:port' || !port) return;
      window.removeEventListener('message', hear);
      port.start();
      resolve(port);
    });
    window.postMessage('ddod:want-port', location.origin === 'null' ? '*' : location.origin);
  });
}
