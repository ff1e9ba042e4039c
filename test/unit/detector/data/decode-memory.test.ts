// An image that memory does not suffice for is not a broken image. A process is given a real limit. Linux alone.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(`../../../../src/main/detector/${path}`, import.meta.url));

/** Decodes an image of 68 MB with `spare` MB more memory than the process had when it began; tells what came of it. */
const program = (spare: number) => `
  import { execFileSync } from 'node:child_process';
  import { readFileSync } from 'node:fs';
  import sharp from 'sharp';
  import { decodeBytes } from ${JSON.stringify(at('data/decode.ts'))};
  import { isOutOfMemory } from ${JSON.stringify(at('out-of-memory.ts'))};
  const picture = (width, height) =>
    sharp({ create: { width, height, channels: 3, background: '#888' } }).jpeg().toBuffer();
  const large = await picture(6000, 4000);
  await decodeBytes(await picture(60, 40), 'small.jpg');
  const kilobytes = Number(/VmData:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  const limit = (kilobytes + ${spare} * 1024) * 1024;
  execFileSync('prlimit', ['--pid', String(process.pid), '--data=' + limit + ':']);
  const told = await decodeBytes(large, 'large.jpg').then(
    ({ width }) => ({ width }),
    (error) => ({ name: error.name, message: error.message, ofMemory: isOutOfMemory(error) }),
  );
  console.log(JSON.stringify(told));
`;

function decodedWith(spare: number): unknown {
  const args = ['--input-type=module', '--eval', program(spare)];
  return JSON.parse(
    execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
}

it.runIf(process.platform === 'linux')(
  'is told as memory that ran out, by name, and not as a broken image',
  () => {
    expect(decodedWith(200)).toEqual({ width: 6000 });
    expect(decodedWith(8)).toEqual({
      name: 'Error',
      message: expect.stringMatching(/^The image large\.jpg was not decoded: .*out of memory/),
      ofMemory: true,
    });
  },
);
