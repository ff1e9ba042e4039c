// Files over HTTP: the window's own, and images. A file that has not changed is not sent twice.
import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { decoded } from '../../shared/decoded.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** The file of the window behind a URL path; undefined for one that would leave the folder. */
export function pageFile(folder: string, urlPath: string): { file: string; type: string } | undefined {
  // an empty one names no file
  const path = decoded(urlPath === '/' ? '/index.html' : urlPath) ?? '';
  const file = join(folder, normalize(path));
  const type = TYPES[extname(file)];
  return type && file.startsWith(folder + sep) ? { file, type } : undefined;
}

/** Sends a file, or 304 where the browser has it. Answers false where there is no such file. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { file, type }: { readonly file: string; readonly type: string },
): Promise<boolean> {
  const found: Stats | undefined = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return false;
  const tag = `"${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}"`;
  response.setHeader('ETag', tag);
  response.setHeader('Cache-Control', 'private, no-cache');
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304).end();
    return true;
  }
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': found.size });
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(file), response).catch(() => response.destroy());
  return true;
}
