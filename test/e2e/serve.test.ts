// ddod serve from a terminal: a link for each browser, sentences for what cannot be listened on, odd requests answered.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createProject } from '../../src/main/services/projects.ts';
import { start } from '../unit/cli/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'ddod-serve-'));
const project = join(folder, 'project');
const env = { DDOD_CONFIG_DIR: join(folder, 'config') };
/** A server that ends with its test, and the links it has printed. */
function serve(...more: string[]) {
  const command = start(['serve', '--project', project, ...more], env);
  let said = '';
  for (const stream of [command.child.stdout, command.child.stderr])
    stream?.on('data', (data: Buffer) => {
      said += data.toString();
    });
  const link = async (nth: number) => {
    const links = () => [...said.matchAll(/http:\S+(?=\n)/g)].map(([found]) => found);
    await expect.poll(() => links().length, { timeout: 60_000, message: said }).toBeGreaterThan(nth);
    return links()[nth]!;
  };
  onTestFinished(() => void command.child.kill('SIGKILL'));
  return { ...command, link };
}

/** Status of a raw path, which fetch would tidy up. */
function statusOf(origin: string, path: string): Promise<number | undefined> {
  return new Promise((done, fail) => {
    request(origin, { path }, (response) => done(response.resume().statusCode))
      .on('error', fail)
      .end();
  });
}

beforeAll(() => createProject(project).close());
afterAll(() => rmSync(folder, { recursive: true }));

describe('ddod serve', () => {
  it('has a fresh link for each browser, and an answer for odd addresses', async () => {
    const command = serve();
    const { origin } = new URL(await command.link(0));
    for (const nth of [0, 1]) {
      const link = await command.link(nth);
      const entry = await fetch(link, { redirect: 'manual' });
      const cookie = entry.headers.get('set-cookie')?.split(';')[0] ?? '';
      expect(entry.status).toBe(303);
      expect((await fetch(origin, { headers: { cookie } })).status).toBe(200);
      expect((await fetch(link, { redirect: 'manual' })).status).toBe(403);
    }
    expect(await statusOf(origin, '//')).toBe(400);
    expect(await statusOf(origin, '/%')).toBe(403);
    command.child.kill('SIGTERM');
    expect((await command.ended).code).toBe(0);
  });

  it('is found again by a browser that was let in before it ended', async () => {
    const first = serve();
    const link = await first.link(0);
    const entry = await fetch(link, { redirect: 'manual' });
    const cookie = entry.headers.get('set-cookie')?.split(';')[0] ?? '';
    first.child.kill('SIGTERM');
    await first.ended;
    const again = serve();
    const { origin, port } = new URL(await again.link(0));
    expect(origin).toBe(new URL(link).origin);
    expect((await fetch(origin, { headers: { cookie } })).status).toBe(200);
    expect((await fetch(origin)).status).toBe(403);
    again.child.kill('SIGTERM');
    await again.ended;
    const other = createServer();
    await new Promise<void>((done) => other.listen(Number(port), '127.0.0.1', done));
    onTestFinished(() => void other.close());
    expect(new URL(await serve().link(0)).origin).not.toBe(origin);
  });

  it.skipIf(!networkInterfaces().lo?.some(({ family }) => family === 'IPv6'))(
    'is reached by IPv6',
    async () => {
      const command = serve('--host', '::1');
      const link = await command.link(0);
      expect(link).toMatch(/^http:\/\/\[::1\]:\d+\/\?token=/);
      expect((await fetch(link, { redirect: 'manual' })).status).toBe(303);
      command.child.kill('SIGINT');
      const { stdout, stderr } = await command.ended;
      expect(stdout + stderr).not.toMatch(/from the network/);
    },
  );

  it('says why it cannot listen, and leaves the project to others', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const taken = String((other.address() as AddressInfo).port);
    expect(await serve('--port', taken).ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/Port \d+ of 127\.0\.0\.1 is taken\. Choose another with --port\.\n$/),
    });
    other.close();
    expect(await serve('--host', '192.0.2.1').ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/192\.0\.2\.1 is no address of this computer.*Leave --host out/),
    });
    expect(await serve('--port', '99999').ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--port.*from 0 to 65535/),
    });
  });
});
