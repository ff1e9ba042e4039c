// The two schemes of the window: app:// is its page, image:// the images of the open project and nothing else.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol } from 'electron';
import { Problem, sentenceOf } from '../../shared/problem.ts';
import type { Backend } from '../backend.ts';
import { contentSecurityPolicy } from '../server/page-policy.ts';
import { pageFile } from '../server/send-file.ts';
import { root } from './environment.ts';
import { fileBody } from './file-body.ts';

const PAGE = join(root, 'out', 'renderer');
export const PAGE_ORIGIN = 'app://studio';

/** Before the application is ready: both schemes are secure origins of their own. */
export function claimSchemes(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true };
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges },
    { scheme: 'image', privileges },
  ]);
}

/** Serves the files of the window, with its policy. */
export function servePage(): void {
  protocol.handle('app', async (request) => {
    const { origin, host, pathname } = new URL(request.url);
    const found = host === 'studio' ? pageFile(PAGE, pathname) : undefined;
    if (!found) return refused(`${origin} has no such page.`);
    return await fileResponse(found.file, found.type, {
      'Content-Security-Policy': contentSecurityPolicy('image:'),
    });
  });
}

/** Serves image://project/image/7?project=ID and the other addresses of pictures. */
export function servePictures(backend: Backend): void {
  protocol.handle('image', async (request) => {
    const { host, pathname, searchParams } = new URL(request.url);
    try {
      const found =
        host === 'project' ? await backend.pictureAt(pathname, searchParams, request.signal) : undefined;
      return found ? await fileResponse(found.file, found.type, {}) : refused('There is no such image.');
    } catch (error) {
      if (!(error instanceof Problem || request.signal.aborted))
        process.stderr.write(`${request.url}: ${String(error)}\n`);
      return refused(sentenceOf(error));
    }
  });
}

async function fileResponse(file: string, type: string, headers: Record<string, string>): Promise<Response> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return refused('There is no such file.');
  const common = {
    'Content-Type': type,
    'Content-Length': String(found.size),
    'X-Content-Type-Options': 'nosniff',
  };
  return new Response(await fileBody(file), { headers: { ...common, ...headers } });
}

function refused(sentence: string): Response {
  return new Response(sentence, { status: 404, headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
}
