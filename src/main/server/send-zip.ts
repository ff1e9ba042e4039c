// A folder over HTTP as one archive, written while it is read: nothing of it lies in memory or on the disk as a whole.
import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Zip, ZipPassThrough } from 'fflate';

export interface Archive {
  /** Without extension; also the folder in the archive. */
  readonly name: string;
  /** `path` in the archive's folder, with slashes. */
  readonly files: readonly { readonly path: string; readonly file: string }[];
}

/** Sends an archive; `bodiless` its headers alone. */
export async function sendZip(response: ServerResponse, archive: Archive, bodiless: boolean): Promise<void> {
  response.writeHead(200, {
    'Content-Type': 'application/zip',
    // folders are renamed by people, and a header holds plain letters alone
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(archive.name)}.zip`,
    'Cache-Control': 'no-store',
  });
  if (bodiless) return void response.end();
  await pipeline(Readable.from(zipped(archive)), response).catch(() => response.destroy());
}

/** Stored, not deflated: weights hardly shrink. */
async function* zipped({ name, files }: Archive): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, data) => {
    if (error) throw error;
    ready.push(data);
  });
  for (const { path, file } of files) {
    const entry = new ZipPassThrough(`${name}/${path}`);
    zip.add(entry);
    for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
      entry.push(chunk);
      yield* ready.splice(0);
    }
    entry.push(new Uint8Array(0), true);
    yield* ready.splice(0);
  }
  zip.end();
  yield* ready.splice(0);
}
