// Compiles the tfjs-node binding, and our own TensorFlow kernels, against the installed library; built files live in the
// cache under a hash of what they were made from, so that a fresh clone compiles nothing.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { findProgram, lastLine, runProgram } from './child.mjs';
import { draftFolder } from './context.mjs';
import { findLibrary } from './libtensorflow.mjs';
import { installHint } from './pip.mjs';
import { SetupProblem } from './problem.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {import('./context.mjs').Env} Env */
/** @typedef {import('./libtensorflow.mjs').Library} Library */
/**
 * One shared object that Node loads.
 * @typedef {object} Target
 * @property {string} name
 * @property {string} title
 * @property {(context: Context) => string[]} sources .cc files and the headers beside them
 * @property {(context: Context) => string} output
 * @property {readonly string[]} flags
 */

/** @type {Target} */
const BINDING = {
  name: 'binding',
  title: 'TensorFlow binding',
  sources: ({ root }) => sourcesIn(join(tfjsNode(root), 'binding')),
  output: ({ root }) => join(tfjsNode(root), 'lib', 'napi-v8', 'tfjs_binding.node'),
  flags: ['-O2'],
};

/** @type {Target} */
const OPS = {
  name: 'ops',
  title: "DDOD's own kernels",
  sources: ({ root }) => sourcesIn(join(root, 'src', 'main', 'detector', 'ops', 'native')),
  output: ({ local }) => join(local, 'ddod_ops.node'),
  flags: ['-O3', '-pthread'],
};

export const bindingStep = nativeStep(BINDING);
export const opsStep = nativeStep(OPS);

/**
 * @param {Target} target
 * @returns {import('./context.mjs').Step}
 */
function nativeStep(target) {
  return {
    title: target.title,
    ready(context) {
      if (target.sources(context).length === 0) return target !== BINDING;
      const library = findLibrary(context);
      if (library === undefined || !existsSync(target.output(context))) return false;
      return readStamp(stampFile(context, target))?.key === keyOf(context, target, library);
    },
    make: (context) => makeNative(context, target),
  };
}

/**
 * @param {Context} context
 * @param {Target} target
 */
async function makeNative(context, target) {
  const library = findLibrary(context);
  if (library === undefined) throw new Error('the library step comes before the native ones');
  const key = keyOf(context, target, library);
  const compiler = await findCompiler(context.env);
  const folder = join(
    context.cache,
    'native',
    `${target.name}-${key.slice(0, 16)}-${hashOf([compiler.version]).slice(0, 8)}`,
  );
  const built = join(folder, basename(target.output(context)));
  if (!existsSync(built)) await compile(context, target, library, compiler.program, folder, built);
  place(built, target.output(context));
  writeStamp(stampFile(context, target), {
    key,
    built,
    compiler: compiler.version,
    library: { dir: library.dir, version: library.version, device: library.device },
  });
}

/**
 * @param {Context} context
 * @param {Target} target
 * @param {Library} library
 * @param {string} program
 * @param {string} folder
 * @param {string} built
 */
async function compile(context, target, library, program, folder, built) {
  context.progress.say(`Compiling ${target.title} ...`);
  const draft = draftFolder(context, basename(folder));
  mkdirSync(draft, { recursive: true });
  const output = join(draft, basename(built));
  const args = compilerArguments(context, target, library, output);
  const result = await runProgram(program, args, { cwd: draft, env: context.env });
  if (result.code !== 0) throw explainCompiler(target, program, result.output);
  mkdirSync(dirname(folder), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
}

/**
 * @param {Context} context
 * @param {Target} target
 * @param {Library} library
 * @param {string} output
 */
function compilerArguments(context, target, library, output) {
  const sources = target.sources(context).filter((file) => file.endsWith('.cc'));
  const includes = [
    dirname(sources[0] ?? ''),
    library.include,
    join(context.root, 'node_modules', 'node-api-headers', 'include'),
  ];
  if (context.platform === 'win32') {
    const api = join(context.root, 'node_modules', 'node-api-headers', 'def', 'node_api.lib');
    const flags = ['/nologo', '/O2', '/LD', '/MD', '/EHsc', '/std:c++17', `/Fe:${output}`];
    return [...flags, ...includes.map((dir) => `/I${dir}`), ...sources, '/link', ...library.linked, api];
  }
  const undefinedSymbols = context.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  return [
    ...['-shared', '-fPIC', '-std=c++17', ...target.flags, ...undefinedSymbols],
    ...includes.map((dir) => `-I${dir}`),
    ...sources,
    ...library.linked,
    `-Wl,-rpath,${library.dir}`,
    ...['-o', output],
  ];
}

/**
 * The C++ compiler and the first line of its version.
 * @param {Env} env
 * @returns {Promise<{ program: string, version: string }>}
 */
export async function findCompiler(env) {
  const names = process.platform === 'win32' ? ['cl'] : ['g++', 'c++', 'clang++'];
  const program = findProgram(env.CXX ? [env.CXX, ...names] : names, env);
  if (program !== undefined) {
    const { code, output } = await runProgram(program, process.platform === 'win32' ? [] : ['--version'], {
      env,
    });
    if (code === 0) return { program, version: output.split('\n')[0]?.trim() ?? '' };
  }
  throw new SetupProblem(
    "A C++ compiler, which builds the door to TensorFlow's library, was not found on this computer.",
    `Install one (${installHint('compiler')}) and run the command again.`,
  );
}

/**
 * @param {Target} target
 * @param {string} program
 * @param {string} output
 */
function explainCompiler(target, program, output) {
  if (/No space left/i.test(output))
    return new SetupProblem(
      `The disk is full: ${target.title} could not be compiled.`,
      'Free some space and run the command again.',
    );
  return new SetupProblem(
    `${target.title} could not be compiled: ${program} stopped with "${lastLine(output)}".`,
    'Use g++ 9 or clang 10 or newer (CXX names another compiler) and run the command again.',
  );
}

/**
 * @param {Context} context
 * @param {Target} target
 * @param {Library} library
 */
function keyOf(context, target, library) {
  const sources = target.sources(context).map((file) => readFileSync(file));
  return hashOf([library.origin, context.platform, context.arch, target.flags.join(' '), ...sources]);
}

/**
 * Copies by way of a rename: a process that has the old file loaded keeps it.
 * @param {string} from
 * @param {string} to
 */
function place(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  const draft = `${to}.${process.pid}`;
  copyFileSync(from, draft);
  renameSync(draft, to);
}

/**
 * @param {Context} context
 * @param {Target} target
 */
function stampFile(context, target) {
  return join(context.local, `${target.name}.json`);
}

/** @param {string} root */
function tfjsNode(root) {
  return join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
}

/**
 * @param {string} dir
 * @returns {string[]}
 */
function sourcesIn(dir) {
  if (!existsSync(dir)) return [];
  const files = readdirSync(dir).filter((name) => /\.(cc|h)$/.test(name));
  return files.some((name) => name.endsWith('.cc')) ? files.sort().map((name) => join(dir, name)) : [];
}
