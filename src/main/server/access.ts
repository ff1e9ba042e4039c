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

const secret = () => randomBytes(24).toString('base64url');

/** `host` is what the server is bound to, `port` is read when it is known. */
export function createAccess(host: string, port: () => number): Access {
  const session = secret();
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
      if (!names.some((name) => headers.host === `${name}:${port()}`)) return 'host';
      const { origin } = headers;
      if ((fromPage || origin !== undefined) && origin !== `http://${headers.host}`) return 'origin';
      const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim());
      return cookies.some((part) => same(part, cookie())) ? undefined : 'session';
    },
  };
}

/** The name to print in a link: an address of this computer where it serves on all of them. */
export function shownHost(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host;
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

function hostNames(host: string): string[] {
  const local = ['127.0.0.1', 'localhost', '[::1]'];
  if (local.includes(host)) return local;
  if (host !== '0.0.0.0' && host !== '::') return [...local, host];
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const numbers = addresses.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
  return [...local, ...numbers, hostname(), `${hostname()}.local`];
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
