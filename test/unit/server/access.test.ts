import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createAccess, isLoopback, shownHost } from '../../../src/main/server/access.ts';

const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;
const host = '127.0.0.1:4000';

function admitted() {
  const access = createAccess('127.0.0.1', () => 4000);
  const cookie = (access.admit(access.token) ?? '').split(';')[0] ?? '';
  return { access, cookie };
}

describe('access', () => {
  it('takes a token once', () => {
    const access = createAccess('127.0.0.1', () => 4000);
    const { token } = access;
    expect(access.admit(`${token}x`)).toBeUndefined();
    expect(access.admit(token)).toMatch(/HttpOnly; SameSite=Strict/);
    expect(access.admit(token)).toBeUndefined();
    expect(access.token).not.toBe(token);
  });

  it('lets in who has the cookie, and nobody else', () => {
    const { access, cookie } = admitted();
    expect(access.refusal(request({ host, cookie: `other=1; ${cookie}` }))).toBeUndefined();
    expect(access.refusal(request({ host }))).toBe('session');
    expect(access.refusal(request({ host, cookie: cookie.slice(0, -1) }))).toBe('session');
  });

  it('keeps out names that are not its own', () => {
    const { access, cookie } = admitted();
    expect(access.refusal(request({ host: 'evil.example:4000', cookie }))).toBe('host');
    expect(access.refusal(request({ host: '127.0.0.1:4001', cookie }))).toBe('host');
    expect(access.refusal(request({ host: 'localhost:4000', cookie }))).toBeUndefined();
    expect(access.refusal(request({ cookie }))).toBe('host');
  });

  it('keeps out pages of other sites, and sockets that name no page', () => {
    const { access, cookie } = admitted();
    expect(access.refusal(request({ host, cookie, origin: 'https://evil.example' }))).toBe('origin');
    expect(access.refusal(request({ host, cookie, origin: `http://${host}` }), true)).toBeUndefined();
    expect(access.refusal(request({ host, cookie }), true)).toBe('origin');
  });
});

describe('an address', () => {
  it('without its port is the one at port 80, and no other', () => {
    const access = createAccess('127.0.0.1', () => 80);
    const cookie = (access.admit(access.token) ?? '').split(';')[0] ?? '';
    for (const name of ['127.0.0.1', 'localhost', 'localhost:80']) {
      const own = request({ host: name, cookie, origin: `http://${name}` });
      expect(access.refusal(own, true), name).toBeUndefined();
    }
    expect(access.refusal(request({ host: 'evil.example', cookie }))).toBe('host');
    expect(admitted().access.refusal(request({ host: '127.0.0.1', cookie }))).toBe('host');
  });

  it('of IPv6 stands in brackets', () => {
    expect(shownHost('::1')).toBe('[::1]');
    expect(shownHost('fd00::7')).toBe('[fd00::7]');
    const access = createAccess('fd00::7', () => 4000);
    const cookie = (access.admit(access.token) ?? '').split(';')[0] ?? '';
    expect(access.refusal(request({ host: '[fd00::7]:4000', cookie }))).toBeUndefined();
  });

  it('may be written in any case', () => {
    const access = createAccess('MyComputer', () => 4000);
    expect(access.refusal(request({ host: 'mycomputer:4000' }))).toBe('session');
  });

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['localhost', true],
    ['::1', true],
    ['[::1]', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.1.7', false],
    ['127.0.0.1.example.org', false],
  ])('%s is of this computer alone: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
