// Completes package-lock.json where a registry does not serve the builds of a package for other systems: `npm install` then
// leaves them out of the lock file and `npm ci` refuses it. Run after changing dependencies: node scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ version?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[], optionalDependencies?: Record<string, string> }} Locked
 * @typedef {Record<string, Locked>} Packages
 */

const SYSTEM =
  /-(android|darwin|freebsd|linux|openharmony|sunos|win32)-(arm64|arm|ia32|ppc64|riscv64|s390x|x64)(?:-(\w+))?$/;

/**
 * Adds an entry for every optional dependency on another system's build that has none; returns how many.
 * @param {Packages} packages the `packages` of a lock file, changed in place
 */
export function completeLock(packages) {
  let added = 0;
  for (const [path, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const system = SYSTEM.exec(name);
      if (system === null || !/^\d/.test(version) || isLocked(packages, path, name)) continue;
      const [, os = '', cpu = '', libc] = system;
      packages[`node_modules/${name}`] = {
        version,
        cpu: [cpu],
        ...(dev ? { dev } : {}),
        ...(libc === 'musl' ? { libc: ['musl'] } : {}),
        optional: true,
        os: [os],
      };
      added += 1;
    }
  }
  return added;
}

/**
 * True where Node's look-up from `path` finds an entry for `name`.
 * @param {Packages} packages
 * @param {string} path
 * @param {string} name
 */
function isLocked(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`]) return true;
    if (at === '') return false;
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const file = join(dirname(fileURLToPath(import.meta.url)), '..', 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const added = completeLock(lock.packages);
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (added > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${added} builds for other systems added`);
}
