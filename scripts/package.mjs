// `npm run dist`: builds every part, lays TensorFlow's libraries and our kernels beside it and packs the installed application.
// Arguments go on to electron-builder, --linux dir for example.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const native = join(root, 'out', 'native');

runOrEnd([join(root, 'scripts', 'build.mjs'), 'all']);
layNativeFiles();
runOrEnd([
  join(root, 'node_modules', 'electron-builder', 'cli.js'),
  '--publish',
  'never',
  ...process.argv.slice(2),
]);

/** The files that the set-up keeps in the user's cache, without the symbols that only a debugger reads. */
function layNativeFiles() {
  const made = join(root, 'node_modules', '.cache', 'ddod');
  const { library } = JSON.parse(readFileSync(join(made, 'binding.json'), 'utf8'));
  rmSync(native, { recursive: true, force: true });
  mkdirSync(native, { recursive: true });
  for (const name of readdirSync(library.dir).filter((file) =>
    /^(lib)?tensorflow.*\.(so|dylib|dll)/.test(file),
  ))
    cpSync(join(library.dir, name), join(native, name), { dereference: true });
  const libraries = readdirSync(native).map((name) => join(native, name));
  if (process.platform === 'linux')
    spawnSync('strip', ['--strip-unneeded', ...libraries], { stdio: 'ignore' });
  const kernels = join(made, 'ddod_ops.node');
  if (existsSync(kernels)) copyFileSync(kernels, join(native, 'ddod_ops.node'));
}

/** @param {readonly string[]} argv */
function runOrEnd(argv) {
  const { status } = spawnSync(process.execPath, argv, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
