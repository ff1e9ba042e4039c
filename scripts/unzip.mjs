// Reads zip archives with nothing but Node: the directory at the end, then chosen members as streams, so that a member of
// many hundred megabytes never sits in memory. Written from the PKWARE APPNOTE; no zip64, no encryption.
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { SetupProblem } from './setup/problem.mjs';

/** @typedef {{ name: string, method: number, crc: number, packed: number, size: number, offset: number }} Member */

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const LONGEST_END = 22 + 0xffff;

/**
 * The members of a zip archive, folders left out.
 * @param {string} file
 * @returns {Promise<Member[]>}
 */
export async function listZip(file) {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const tail = await readAt(handle, Math.max(0, size - LONGEST_END), Math.min(size, LONGEST_END));
    const end = tail.lastIndexOf(signatureBytes(END_SIGNATURE));
    if (end < 0 || end + 22 > tail.length) throw damaged(file, 'it has no directory at its end');
    const directorySize = tail.readUInt32LE(end + 12);
    const directoryAt = tail.readUInt32LE(end + 16);
    if (directoryAt === 0xffffffff) throw damaged(file, 'it is a zip64 archive');
    if (directoryAt + directorySize > size) throw damaged(file, 'its directory lies beyond its end');
    return parseDirectory(await readAt(handle, directoryAt, directorySize), file);
  } finally {
    await handle.close();
  }
}

/**
 * Unpacks the members for which `place` gives a path; checks length and CRC-32 of each.
 * @param {string} file
 * @param {(name: string) => string | undefined} place target path of a member, or undefined to leave it
 * @param {(bytes: number) => void} [onBytes] called with the unpacked bytes as they are written
 * @returns {Promise<number>} how many members were unpacked
 */
export async function unzip(file, place, onBytes = () => {}) {
  let count = 0;
  for (const member of await listZip(file)) {
    const target = place(member.name);
    if (target === undefined) continue;
    await unpackMember(file, member, target, onBytes);
    count += 1;
  }
  return count;
}

/**
 * @param {Buffer} bytes
 * @param {string} file
 * @returns {Member[]}
 */
function parseDirectory(bytes, file) {
  const members = [];
  let at = 0;
  while (at + 46 <= bytes.length && bytes.readUInt32LE(at) === ENTRY_SIGNATURE) {
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    if (name.split(/[/\\]/).includes('..') || /^([/\\]|[a-z]:)/i.test(name))
      throw damaged(file, `its member ${name} points outside`);
    if (!name.endsWith('/')) {
      members.push({
        name,
        method: bytes.readUInt16LE(at + 10),
        crc: bytes.readUInt32LE(at + 16),
        packed: bytes.readUInt32LE(at + 20),
        size: bytes.readUInt32LE(at + 24),
        offset: bytes.readUInt32LE(at + 42),
      });
    }
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  if (at !== bytes.length) throw damaged(file, 'its directory cannot be read to the end');
  return members;
}

/**
 * @param {string} file
 * @param {Member} member
 * @param {string} target
 * @param {(bytes: number) => void} onBytes
 */
async function unpackMember(file, member, target, onBytes) {
  const start = await dataStart(file, member);
  const meter = new Meter(onBytes);
  await mkdir(dirname(target), { recursive: true });
  if (member.method !== 0 && member.method !== 8)
    throw damaged(file, `${member.name} is packed by method ${member.method}`);
  const inflate = member.method === 8 ? [zlib.createInflateRaw({ chunkSize: 1 << 18 })] : [];
  const source =
    member.packed === 0
      ? [Readable.from([])]
      : [createReadStream(file, { start, end: start + member.packed - 1, highWaterMark: 1 << 18 })];
  try {
    await pipeline([...source, ...inflate, meter, createWriteStream(target)]);
  } catch (error) {
    if (isZlibError(error)) throw damaged(file, `${member.name} cannot be unpacked`);
    throw error;
  }
  if (meter.bytes !== member.size || meter.crc !== member.crc)
    throw damaged(file, `${member.name} does not match its checksum`);
  if (target.includes('/bin/')) await chmod(target, 0o755);
}

/** Counts and checksums what passes through. */
class Meter extends Transform {
  bytes = 0;
  crc = 0;
  /** @type {(bytes: number) => void} */
  #onBytes;

  /** @param {(bytes: number) => void} onBytes */
  constructor(onBytes) {
    super();
    this.#onBytes = onBytes;
  }

  /**
   * @override
   * @param {Buffer} chunk
   * @param {BufferEncoding} _encoding
   * @param {import('node:stream').TransformCallback} done
   */
  _transform(chunk, _encoding, done) {
    this.bytes += chunk.length;
    this.crc = crc32(chunk, this.crc);
    this.#onBytes(chunk.length);
    done(null, chunk);
  }
}

/** @type {Int32Array | undefined} */
let crcTable;

/**
 * CRC-32 (IEEE 802.3), by zlib where Node has it.
 * @param {Buffer} bytes
 * @param {number} [from] the checksum so far
 */
export function crc32(bytes, from = 0) {
  if (typeof zlib.crc32 === 'function') return zlib.crc32(bytes, from);
  return tableCrc32(bytes, from);
}

/**
 * @param {Buffer} bytes
 * @param {number} [from]
 */
export function tableCrc32(bytes, from = 0) {
  crcTable ??= Int32Array.from({ length: 256 }, (_, value) => {
    let rest = value;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
    return rest;
  });
  let crc = ~from;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ (crcTable[(crc ^ (bytes[i] ?? 0)) & 255] ?? 0);
  return ~crc >>> 0;
}

/**
 * Where a member's data begins: the lengths in its local header may differ from the directory's.
 * @param {string} file
 * @param {Member} member
 */
async function dataStart(file, member) {
  const handle = await open(file, 'r');
  try {
    const header = await readAt(handle, member.offset, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== LOCAL_SIGNATURE)
      throw damaged(file, `${member.name} is not where the directory says`);
    return member.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await handle.close();
  }
}

/**
 * @param {import('node:fs/promises').FileHandle} handle
 * @param {number} position
 * @param {number} length
 */
async function readAt(handle, position, length) {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** @param {number} signature */
function signatureBytes(signature) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(signature);
  return bytes;
}

/** @param {unknown} error */
function isZlibError(error) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/**
 * @param {string} file
 * @param {string} why
 */
function damaged(file, why) {
  return new SetupProblem(
    `The archive ${file} cannot be read: ${why}.`,
    'Run the command again to fetch it anew.',
  );
}
