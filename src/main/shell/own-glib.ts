// On Linux, Electron links the system's GLib and sharp brings one of its own. Left alone, sharp's binding asks the system's to
// count and free what its own has made: objects are freed twice, and one start in twenty-five ends with a trap. So the binding is
// loaded here first, bound to the GLib beside it. Imported before anything that loads sharp; other systems need none of it.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

if (process.platform === 'linux' && process.versions.electron !== undefined && isMainThread) {
  try {
    bindToItsOwn();
  } catch (error) {
    process.emitWarning(`Images are read with the system's GLib: ${String(error)}`);
  }
}

function bindToItsOwn(): void {
  const sharp = createRequire(createRequire(import.meta.url).resolve('sharp'));
  const { RTLD_NOW, RTLD_DEEPBIND } = constants.dlopen;
  loadLibrary(sharp.resolve(`@img/sharp-libvips-linux-${process.arch}/binary`), RTLD_NOW);
  const lib = join(dirname(sharp.resolve(`@img/sharp-linux-${process.arch}/sharp.node`)), 'lib');
  const addon = readdirSync(lib).find((name) => name.endsWith('.node'));
  if (addon === undefined) throw new Error(`${lib} has no binding.`);
  process.dlopen({ exports: {} }, join(lib, addon), RTLD_NOW | RTLD_DEEPBIND);
}

/** libvips in the usual scope: loaded by the binding it would share its scope, and part from Electron's allocator. */
function loadLibrary(file: string, flags: number): void {
  try {
    process.dlopen({ exports: {} }, file, flags);
  } catch (error) {
    // it stays loaded, and is no addon
    if (!String(error).includes('did not self-register')) throw error;
  }
}
