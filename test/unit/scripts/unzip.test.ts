import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { strToU8, type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { crc32, listZip, tableCrc32, unzip } from '../../../scripts/unzip.mjs';
import { temporaryFolder } from './folder.ts';

function archive(content: Zippable): { file: string; out: string } {
  const dir = temporaryFolder();
  const file = join(dir, 'archive.zip');
  writeFileSync(file, zipSync(content));
  return { file, out: join(dir, 'out') };
}

describe('unzip', () => {
  it('gives back what another writer packed, deflated or stored', async () => {
    const content = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,2}\.bin$/),
      fc.tuple(fc.uint8Array({ maxLength: 4000 }), fc.constantFrom(0 as const, 6 as const)),
      { maxKeys: 6 },
    );
    await fc.assert(
      fc.asyncProperty(content, async (files) => {
        const zippable: Zippable = {};
        for (const [name, [bytes, level]] of Object.entries(files)) zippable[name] = [bytes, { level }];
        const { file, out } = archive(zippable);
        const count = await unzip(file, (name) => join(out, name));
        expect(count).toBe(Object.keys(files).length);
        for (const [name, [bytes]] of Object.entries(files))
          expect(new Uint8Array(readFileSync(join(out, name)))).toEqual(bytes);
      }),
      { numRuns: 30 },
    );
  });

  it('unpacks the chosen members alone and tells the bytes as they come', async () => {
    const { file, out } = archive({ 'a/wanted.txt': strToU8('hello'), 'a/other.txt': strToU8('no') });
    let bytes = 0;
    const choose = (name: string) => (name.includes('wanted') ? join(out, 'wanted.txt') : undefined);
    await unzip(file, choose, (more) => {
      bytes += more;
    });
    expect(bytes).toBe(5);
    expect(readFileSync(join(out, 'wanted.txt'), 'utf8')).toBe('hello');
    expect(existsSync(join(out, 'a/other.txt'))).toBe(false);
  });

  it('reads members that lie behind a comment at the end', async () => {
    const { file } = archive({ 'a.txt': strToU8('hello') });
    const bytes = Buffer.from(readFileSync(file));
    bytes.writeUInt16LE(7, bytes.length - 2);
    writeFileSync(file, Buffer.concat([bytes, Buffer.from('comment')]));
    expect((await listZip(file)).map(({ name }) => name)).toEqual(['a.txt']);
  });

  it('refuses an archive that was cut short', async () => {
    const { file, out } = archive({ 'a.txt': strToU8('hello '.repeat(100)) });
    writeFileSync(file, readFileSync(file).subarray(0, -30));
    await expect(unzip(file, (name) => join(out, name))).rejects.toThrow(/cannot be read/);
  });

  it('refuses a member whose bytes changed', async () => {
    const { file, out } = archive({ 'a.txt': [strToU8('hello'), { level: 0 }] });
    const bytes = readFileSync(file);
    bytes[bytes.indexOf('hello')] = 'j'.charCodeAt(0);
    writeFileSync(file, bytes);
    await expect(unzip(file, (name) => join(out, name))).rejects.toThrow(/does not match its checksum/);
  });

  it('refuses a member that would be written outside the folder', async () => {
    const { file, out } = archive({ '../evil.txt': strToU8('hello') });
    await expect(unzip(file, (name) => join(out, name))).rejects.toThrow(/points outside/);
  });

  it('checksums alike with and without zlib', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.uint8Array({ maxLength: 500 }), (a, b) => {
        const whole = tableCrc32(Buffer.concat([a, b]));
        expect(tableCrc32(Buffer.from(b), tableCrc32(Buffer.from(a)))).toBe(whole);
        expect(crc32(Buffer.concat([a, b]))).toBe(whole);
      }),
    );
    expect(tableCrc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  });
});
