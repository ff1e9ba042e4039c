// The same backend on plain Node: the window in a browser. Usage: node src/main/serve.ts [--project DIR] [--port N] [--host H]
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Problem, sentenceOf } from '../shared/problem.ts';
import { type Backend, createBackend, keepDoor, readDoor } from './backend.ts';
import { type Access, createAccess, isLoopback, type Refusal, shownHost } from './server/access.ts';
import { awakeWhileTraining } from './server/keep-awake.ts';
import { contentSecurityPolicy } from './server/page-policy.ts';
import { serveSockets } from './server/rpc-sockets.ts';
import { pageFile, sendFile } from './server/send-file.ts';
import { sendZip } from './server/send-zip.ts';

export interface ServerOptions {
  /** Opened before the first window asks. */
  readonly project?: string;
  /** 0: any free one; left out: the one used last where it is free. */
  readonly port?: number;
  /** 127.0.0.1 unless another computer is to reach it. */
  readonly host?: string;
  /** Told of each link that can be opened: at the start, and a fresh one whenever one was used. */
  readonly onLink?: (link: string, first: boolean) => void;
}

export interface RunningServer {
  /** A link that opens the window, once. */
  readonly link: string;
  readonly port: number;
  close(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = join(ROOT, 'out', 'renderer');
const REFUSALS: Readonly<Record<Refusal, string>> = {
  host: 'This name of the computer is not served. Open the link that was printed.',
  origin: 'Another site asked for this. Open the link that was printed.',
  session: 'This browser was not let in yet. Open the newest link that was printed; each works once.',
};

/** Starts the server. Rejects with a Problem where the port is taken or the window cannot be built. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { port, onLink } = options;
  const host = bareHost(options.host ?? '127.0.0.1');
  if (port !== undefined) checkPort(port);
  buildPage();
  const backend = createBackend({ onNotice: awakeWhileTraining() });
  if (options.project !== undefined) await backend.open(options.project);
  const boundPort = () => (server.address() as AddressInfo).port;
  const door = readDoor();
  const access = createAccess(host, boundPort, door.session);
  const link = () => `http://${shownHost(host)}:${boundPort()}/?token=${access.token}`;
  const admit = (token: string) => {
    const cookie = access.admit(token);
    if (cookie) onLink?.(link(), false);
    return cookie;
  };
  const server = createServer((request, response) => {
    answer(backend, { admit, refusal: access.refusal }, request, response).catch((error: unknown) => {
      process.stderr.write(`${request.url}: ${(error instanceof Error && error.stack) || String(error)}\n`);
      say(response, 500, 'Something went wrong inside. Repeat it; the terminal may say more.');
    });
  });
  const endSockets = serveSockets(server, backend.router, (request) => !access.refusal(request, true));
  await listenAtOneOf(server, port === undefined ? [...door.ports, 0] : [port], host).catch(
    async (error: unknown) => {
      await backend.close();
      throw error;
    },
  );
  keepDoor(door, boundPort());
  onLink?.(link(), true);
  const close = async () => {
    endSockets();
    server.closeAllConnections();
    server.close();
    await backend.close();
  };
  return {
    get link() {
      return link();
    },
    port: boundPort(),
    close,
  };
}

/** In a checkout the page is built on demand; where there is no builder, it has to be there. */
function buildPage(): void {
  const builder = join(ROOT, 'scripts', 'build.mjs');
  const canBuild = existsSync(builder);
  const { status } = canBuild
    ? spawnSync(process.execPath, [builder, 'renderer'], { stdio: ['ignore', 2, 2] })
    : { status: 0 };
  if (status !== 0)
    throw new Problem('The window could not be built.', 'The lines above say why; "npm run setup" may help.');
  if (!existsSync(join(PAGE, 'index.html')))
    throw new Problem('The window has not been built.', 'Run "npm start -- --browser" in the checkout.');
}

/** Listens at the first port that is to be had. */
async function listenAtOneOf(
  server: Server,
  [port = 0, ...others]: readonly number[],
  host: string,
): Promise<void> {
  const failure = await listen(server, port, host);
  if (!failure) return;
  const isTaken = ['EADDRINUSE', 'EACCES'].includes(failure.code ?? '');
  if (!isTaken || others.length === 0) throw whyDeaf(failure, port, host);
  await listenAtOneOf(server, others, host);
}

function listen(server: Server, port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((done) => {
    server.once('error', done);
    server.listen(port, host, () => {
      server.off('error', done);
      done(undefined);
    });
  });
}

function whyDeaf({ code = '' }: NodeJS.ErrnoException, port: number, host: string): Problem {
  const otherPort = 'Choose another with --port.';
  if (code === 'EADDRINUSE') return new Problem(`Port ${port} of ${host} is taken.`, otherPort);
  if (code === 'EACCES') return new Problem(`Port ${port} of ${host} is for the system alone.`, otherPort);
  return new Problem(
    `${host} is no address of this computer that can be listened on (${code}).`,
    'Leave --host out, or name an address of this computer.',
  );
}

/** An address of IPv6 may be given as in a link. Nothing would mean all addresses, which must be asked for. */
function bareHost(host: string): string {
  if (host.trim() === '') throw new Problem('The host is empty.', 'Leave --host out, or name an address.');
  return host.trim().replace(/^\[(.*)\]$/, '$1');
}

function checkPort(port: number): void {
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new Problem(`${port} is not a port.`, 'Give a number from 0 to 65535.');
}

async function answer(
  backend: Backend,
  access: Pick<Access, 'admit' | 'refusal'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  setSafeHeaders(response);
  const url = urlOf(request);
  if (!url) return say(response, 400, 'This is no address. Open the link that was printed.');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return say(response, 405, 'Only reading is served.');
  const refusal = access.refusal(request);
  const token = url.searchParams.get('token');
  if (token !== null && (refusal === 'session' || refusal === undefined)) {
    const cookie = access.admit(token);
    if (cookie) response.setHeader('Set-Cookie', cookie);
    else if (refusal) return say(response, 403, REFUSALS.session);
    response.writeHead(303, { Location: '/' }).end();
    return;
  }
  if (refusal) return say(response, 403, REFUSALS[refusal]);
  const gone = new AbortController();
  const { signal } = gone;
  response.once('close', () => gone.abort());
  const { pathname, searchParams } = url;
  const archive = await orNone(() => backend.exportAt(pathname, searchParams), signal);
  if (archive) return sendZip(response, archive, request.method === 'HEAD');
  const picture = await orNone(() => backend.pictureAt(pathname, searchParams, signal), signal);
  const file = picture ?? pageFile(PAGE, pathname);
  if (signal.aborted) return;
  if (!file || !(await sendFile(request, response, file))) say(response, 404, 'There is nothing here.');
}

/** Undefined for one that is no path, such as //. */
function urlOf({ url = '/' }: IncomingMessage): URL | undefined {
  try {
    return new URL(url, 'http://page');
  } catch {
    return undefined;
  }
}

/** Undefined for what there is not, and for who does not wait for it any more. */
async function orNone<T>(find: () => T, signal: AbortSignal): Promise<Awaited<T> | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof Problem || signal.aborted) return undefined;
    throw error;
  }
}

function setSafeHeaders(response: ServerResponse): void {
  response.setHeader('Content-Security-Policy', contentSecurityPolicy());
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
}

function say(response: ServerResponse, status: number, sentence: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`);
}

/** What to print of a link, and at first of who can open it. */
export function linkText(link: string, first: boolean): string {
  if (!first) return `For another browser:\n  ${link}`;
  const { hostname } = new URL(link);
  const warning = 'Whoever has the link can open it from the network; the connection is not encrypted.';
  return [`DDOD Studio is open at\n  ${link}`, ...(isLoopback(hostname) ? [] : [warning])].join('\n');
}

/** The command: serves until it is interrupted, then pauses a training and closes the project. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { project: { type: 'string' }, port: { type: 'string' }, host: { type: 'string' } },
  });
  const running = await startServer({
    ...(values.project !== undefined && { project: values.project }),
    ...(values.port !== undefined && { port: values.port === '' ? Number.NaN : Number(values.port) }),
    ...(values.host !== undefined && { host: values.host }),
    onLink: (link, first) => console.log(linkText(link, first)),
  });
  let ending = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (ending) process.exit(130);
      ending = true;
      running.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exitCode = 1;
  });
}
