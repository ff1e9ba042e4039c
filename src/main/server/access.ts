// Who may talk to the server: a browser that opened a link with a one-time token, from the server's own page, under a name
// of this computer. The last two keep other sites' pages and rebound host names out.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';

export interface Access {
  /** The secret of the next link; it is good for one use. */
  readonly token: string;
  /** The cookie to set for a token, which is used up by it; undefined for a wrong one. */
  admit(token: string): string | undefined;
  /** Why a request is refused; undefined where it is welcome. `fromPage` wants the page's own Origin. */
  refusal(request: IncomingMessage, fromPage?: boolean): Refusal | undefined;
}

export type Refusal = 'host' | 'origin' | 'session';

const HTTP_PORT = 80;
const ALL_ADDRESSES = ['0.0.0.0', '::'];

const secret = () => randomBytes(24).toString('base64url');

/** `host` is what the server is bound to, `port` is read when it is known, `session` is what browsers let in have. */
export function createAccess(host: string, port: () => number, session = secret()): Access {
  const names = hostNames(host);
  let token = secret();
  const cookie = () => `ddod_${port()}=${session}`;
  return {
    get token() {
      return token;
    },
    admit: (offered) => {
      if (!same(offered, token)) return undefined;
      token = secret();
      return `${cookie()}; HttpOnly; SameSite=Strict; Path=/`;
    },
    refusal: ({ headers }, fromPage = false) => {
      if (!isNamed(headers.host?.toLowerCase() ?? '', names, port())) return 'host';
      const { origin } = headers;
      if ((fromPage || origin !== undefined) && origin !== `http://${headers.host}`) return 'origin';
      const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim());
      return cookies.some((part) => same(part, cookie())) ? undefined : 'session';
    },
  };
}

/** Browsers leave out port 80. */
function isNamed(host: string, names: readonly string[], port: number): boolean {
  return names.some((name) => host === `${name}:${port}` || (port === HTTP_PORT && host === name));
}

/** The name to print in a link: an address of this computer where it serves on all of them. */
export function shownHost(host: string): string {
  if (!ALL_ADDRESSES.includes(host)) return inUrl(host);
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

/** An address that only this computer reaches, as it stands in a link or outside one. */
export function isLoopback(host: string): boolean {
  return ['localhost', '::1', '[::1]'].includes(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function hostNames(host: string): string[] {
  const local = ['127.0.0.1', 'localhost', '[::1]'];
  if (!ALL_ADDRESSES.includes(host)) return [...local, inUrl(host).toLowerCase()];
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const own = [...addresses.map(({ address }) => inUrl(address)), hostname(), `${hostname()}.local`];
  return [...local, ...own.map((name) => name.toLowerCase())];
}

/** Addresses of IPv6 stand in brackets. */
function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
