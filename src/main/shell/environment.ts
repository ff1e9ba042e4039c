// Where a bundled main process finds what a checkout has beside its sources, and an installed one in its archive's folder.
// Imported before anything that looks.
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds out/ and resources/: the checkout, or the installed application's archive. */
export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

if (root.endsWith('.asar')) useInstalled(`${root}.unpacked`);
else useCheckout();

function useCheckout(): void {
  process.env.DDOD_RESOURCES ??= join(root, 'resources');
  process.env.DDOD_TRAINER ??= join(root, 'src', 'main', 'trainer', 'worker.ts');
  // the training process runs TypeScript on a Node of its own
  const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(node)) process.env.DDOD_NODE ??= node;
}

/** Electron's own Node runs the bundled trainer; TensorFlow's libraries and our kernels lie in resources/native. */
function useInstalled(unpacked: string): void {
  const native = join(process.resourcesPath, 'native');
  process.env.DDOD_RESOURCES ??= join(unpacked, 'resources');
  process.env.DDOD_TRAINER ??= join(unpacked, 'out', 'trainer', 'worker.cjs');
  process.env.DDOD_OPS ??= join(native, 'ddod_ops.node');
  const search =
    { darwin: 'DYLD_LIBRARY_PATH', win32: 'PATH' }[process.platform as string] ?? 'LD_LIBRARY_PATH';
  process.env[search] = [native, process.env[search]].filter(Boolean).join(delimiter);
}
