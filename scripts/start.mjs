// `npm start`: the window in Electron where it is installed and there is a screen, in a browser otherwise or with --browser.
// --host and --port mean a browser too. Anything else on the command line (--project) goes on to the door.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);
/** What only a server has. */
const ofServer = args.find((argument) => /^--(host|port)(=|$)/.test(argument))?.replace(/=.*/, '');
const browser = args.includes('--browser') || ofServer !== undefined;
const rest = args.filter((argument) => argument !== '--browser');
const { env, platform } = process;

const hasScreen = platform === 'win32' || platform === 'darwin' || env.DISPLAY || env.WAYLAND_DISPLAY;
const electron = env.ELECTRON_EXEC_PATH ?? installedElectron();
const obstacle = !hasScreen ? 'There is no display here' : !electron ? 'Electron is not installed here' : '';

if (browser || obstacle) {
  if (!args.includes('--browser'))
    console.log(`${ofServer ? `${ofServer} is for a browser` : obstacle}, so the window opens in a browser.`);
  process.exitCode = await run(process.execPath, [join(root, 'src/main/serve.ts'), ...rest]);
} else {
  const built = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  const asRoot = platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  process.exitCode =
    built.status === 0
      ? await run(electron ?? '', [...asRoot, join(root, 'out/main/index.cjs'), ...rest])
      : 1;
}

function installedElectron() {
  const folder = join(root, 'node_modules', 'electron');
  const note = join(folder, 'path.txt');
  const program = existsSync(note) ? join(folder, 'dist', readFileSync(note, 'utf8').trim()) : '';
  return existsSync(program) && program !== '' ? program : undefined;
}

/**
 * @param {string} program
 * @param {readonly string[]} argv
 * @returns {Promise<number>}
 */
function run(program, argv) {
  return new Promise((done) => {
    const child = spawn(program, argv, { stdio: 'inherit', env: { ...env, DDOD_NODE: process.execPath } });
    process.on('SIGINT', () => {
      // a terminal sends it to the child as well
      if (!process.stdin.isTTY) child.kill('SIGINT');
    });
    for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP']))
      process.on(signal, () => child.kill(signal));
    child.on('error', (error) => {
      process.stderr.write(`${program} could not be started: ${error.message}.\n`);
      done(1);
    });
    child.on('close', (code) => done(code ?? 1));
  });
}
