// Downloads a file over HTTP into a partial file, going on where an earlier try stopped.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { Problem } from '../../shared/problem.ts';
import { asProblem } from '../db/sqlite-problem.ts';

export interface Download {
  /** What the user calls the thing. */
  readonly name: string;
  readonly url: string;
  /** Another way to it, where the network or the server fails: a sentence. */
  readonly otherwise: string;
  /** The file that grows; its length is where a next try begins. */
  readonly partial: string;
  /** Bytes expected, for the progress where the server does not tell. */
  readonly size: number | null;
  readonly onProgress: (received: number, total: number | undefined) => void;
  readonly signal: AbortSignal | undefined;
}

/** Fills `partial` to its end; throws a Problem that says how to go on, or the signal's reason. */
export async function downloadFile(download: Download): Promise<void> {
  const response = await request(download);
  if (response.status === 416 && existsSync(download.partial)) {
    // Asked for bytes beyond the end: the partial file is not a beginning of this one, or already all of it.
    await rm(download.partial, { force: true });
    return downloadFile(download);
  }
  if (!response.ok) throw refused(download, response.status);
  if (response.body === null) throw lost(download);
  await receive(download, response, response.body);
}

/** The lower-case hexadecimal SHA-256 of a file. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

async function request({ name, url, otherwise, partial, signal }: Download): Promise<Response> {
  const have = existsSync(partial) ? statSync(partial).size : 0;
  const headers: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
  try {
    return await fetch(url, { headers, signal: signal ?? null });
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof TypeError)) throw error;
    throw new Problem(
      `${name} could not be downloaded: ${new URL(url).host} cannot be reached.`,
      `Check the network and try again. ${otherwise}`,
    );
  }
}

async function receive(
  download: Download,
  response: Response,
  body: ReadableStream<Uint8Array>,
): Promise<void> {
  const resumed = response.status === 206;
  const file = await open(download.partial, resumed ? 'a' : 'w');
  try {
    const start = resumed ? (await file.stat()).size : 0;
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isFinite(length) ? start + length : (download.size ?? undefined);
    const received = await append(download, file, body, start, total);
    if (Number.isFinite(length) && received < start + length) throw lost(download);
  } finally {
    await file.close();
  }
}

async function append(
  download: Download,
  file: FileHandle,
  body: ReadableStream<Uint8Array>,
  start: number,
  total: number | undefined,
): Promise<number> {
  let received = start;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      download.signal?.throwIfAborted();
      throw lost(download);
    });
    if (done) return received;
    await file.writeFile(value).catch((error: unknown) => {
      throw asProblem(error, download.partial);
    });
    received += value.length;
    download.onProgress(received, total);
  }
}

function refused({ name, url, otherwise }: Download, status: number): Problem {
  return new Problem(
    `${name} could not be downloaded: ${new URL(url).host} answered ${status}.`,
    `Try again later. ${otherwise}`,
  );
}

function lost({ name }: Download): Problem {
  return new Problem(
    `The connection broke while ${name} was downloaded.`,
    'Run it again: it goes on where it stopped.',
  );
}
