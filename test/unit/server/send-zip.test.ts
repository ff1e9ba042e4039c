// Archives over a real server, unpacked by their reader.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sendZip } from '../../../src/main/server/send-zip.ts';

let folder: string;
let server: Server;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ddod-zip-'));
  writeFileSync(join(folder, 'card.json'), '{}');
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function fetched(name: string): Promise<Response> {
  const files = [{ path: 'card.json', file: join(folder, 'card.json') }];
  server = createServer((_, response) => void sendZip(response, { name, files }, false));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

it.each(['r1-onnx', 'Zählung "neu"', '細胞'])('sends the export %s by its own name', async (name) => {
  const response = await fetched(name);
  const encoded = response.headers.get('Content-Disposition')?.split("filename*=UTF-8''")[1] ?? '';
  expect(decodeURIComponent(encoded)).toBe(`${name}.zip`);
  const unpacked = unzipSync(new Uint8Array(await response.arrayBuffer()));
  expect(Object.keys(unpacked)).toEqual([`${name}/card.json`]);
  expect(strFromU8(unpacked[`${name}/card.json`]!)).toBe('{}');
});
