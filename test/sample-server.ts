// A server with one packed dataset, as the publishers of the real samples have it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { type Zippable, zipSync } from 'fflate';

export interface SampleServer {
  readonly url: string;
  readonly packed: Uint8Array;
  /** Bytes after which it says no more; the connection stays. */
  stallAfter: number;
  /** How often it was asked. */
  readonly asked: number;
  /** Says the rest to those who wait for it. */
  goOn(): void;
  close(): Promise<void>;
}

/** The files of a folder by their paths in it. */
export function filesOf(folder: string): Map<string, Uint8Array> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path));
  const files = paths.filter((path) => statSync(path).isFile());
  return new Map(
    files.map((path) => [relative(folder, path).replaceAll('\\', '/'), new Uint8Array(readFileSync(path))]),
  );
}

/** The digest of samples.json, by its own description. */
export function digest(files: ReadonlyMap<string, Uint8Array>): string {
  const sha256 = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');
  const lines = [...files].map(([path, content]) => `${path}\0${sha256(content)}\n`);
  return sha256(lines.sort().join(''));
}

export async function serveSample(files: ReadonlyMap<string, Uint8Array>): Promise<SampleServer> {
  const packed = zipSync(
    Object.fromEntries([...files].map(([path, content]) => [`set-1a2b/${path}`, content])) as Zippable,
  );
  const waiting = new Map<ServerResponse, Uint8Array>();
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.writeHead(200, { 'content-length': packed.length });
    const said = packed.subarray(0, sample.stallAfter);
    if (said.length === packed.length) return void response.end(said);
    response.write(said);
    waiting.set(response, packed.subarray(said.length));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const sample: SampleServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/set.zip`,
    packed,
    stallAfter: packed.length,
    get asked() {
      return asked;
    },
    goOn: () => {
      for (const [response, rest] of waiting) response.end(rest);
      waiting.clear();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return sample;
}
