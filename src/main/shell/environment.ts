// Where a bundled main process finds what a checkout has beside its sources. Imported before anything that looks.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds out/, src/ and resources/: the checkout, or the installed application. */
export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

process.env.DDOD_RESOURCES ??= join(root, 'resources');
process.env.DDOD_TRAINER ??= join(root, 'src', 'main', 'trainer', 'worker.ts');

// the training process runs TypeScript on a Node of its own
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
if (existsSync(node)) process.env.DDOD_NODE ??= node;
