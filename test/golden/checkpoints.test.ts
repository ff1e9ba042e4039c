// The checkpoint reader against tensors that PyTorch itself wrote out, bit by bit.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCheckpointFile } from '../../src/main/detector/checkpoints/checkpoint-file.ts';
import { readSafetensors } from '../../src/main/detector/checkpoints/safetensors-file.ts';
import {
  bytesOf,
  elementCount,
  type StoredTensor,
} from '../../src/main/detector/checkpoints/stored-tensor.ts';
import { type Fixture, goldenDir, loadFixture } from './fixture.ts';

const files = existsSync(goldenDir()) ? readdirSync(goldenDir()).sort() : [];
const checkpoints = files.filter((name) => /^ckpt_.*\.pth$/.test(name));
const fixtures = files
  .filter((name) => /^ckpt_.*\.json$/.test(name))
  .map((name) => loadFixture(basename(name, '.json')))
  .filter((fixture) => fixture !== undefined);

/** The fixture whose configuration names the file; files it does not name hold the same content as ckpt_zip. */
function expectedOf(file: string): Fixture | undefined {
  const naming = fixtures.find((fixture) =>
    fixture.value<string[]>('config', 'files').some((text) => text.split(' ')[0] === file),
  );
  return naming ?? fixtures.find(({ name }) => name === 'ckpt_zip');
}

function expectSame(actual: StoredTensor | undefined, fixture: Fixture, name: string): void {
  const expected = fixture.tensor(name);
  expect(actual, name).toBeDefined();
  expect([...(actual?.shape ?? [])], name).toEqual(expected.shape);
  expect(actual?.dtype, name).toBe(expected.dtype);
  expect(Buffer.compare(bytesOf(actual!), expected.bytes), name).toBe(0);
}

describe.skipIf(checkpoints.length === 0)(`checkpoints in ${goldenDir()}`, () => {
  it.each(checkpoints)('%s: every tensor is bit-equal', (file) => {
    const fixture = expectedOf(file);
    if (fixture === undefined) throw new Error(`no fixture describes ${file}`);
    const { tensors } = readCheckpointFile(join(goldenDir(), file));
    const names = fixture.names('state_dict.');
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expectSame(tensors.get(name.slice('state_dict.'.length)), fixture, name);
    const extra = [...tensors.keys()].filter((name) => !fixture.has(`state_dict.${name}`));
    const tied = extra
      .map((name) => tensors.get(name))
      .every((tensor) => [...tensors.values()].filter((each) => each === tensor).length > 1);
    expect(tied, `unexpected ${extra}`).toBe(true);
  });

  it.each(['ckpt_zip.pth', 'ckpt_legacy.pth'])('%s: meta as it was saved', (file) => {
    const fixture = expectedOf(file);
    if (fixture === undefined || !checkpoints.includes(file)) return;
    const { meta, classes } = readCheckpointFile(join(goldenDir(), file));
    expect(meta).toEqual(fixture.value('config', 'meta'));
    expect(classes).toEqual(fixture.value('config', 'meta', 'dataset_meta', 'classes'));
  });

  it.each(fixtures.map(({ name }) => name))(
    '%s.safetensors: our reader agrees with the fixture reader',
    (name) => {
      const fixture = loadFixture(name)!;
      const { tensors } = readSafetensors(join(goldenDir(), `${name}.safetensors`));
      expect([...tensors.keys()].sort()).toEqual(fixture.names().sort());
      for (const each of fixture.names()) expectSame(tensors.get(each), fixture, each);
    },
  );
});

const trained = join(goldenDir(), 'bccd_ddod_lite0.pth');

describe.skipIf(!existsSync(trained))('bccd_ddod_lite0.pth', () => {
  it('opens with its 4990001 parameters, running statistics and counters beside them', () => {
    const { tensors, format } = readCheckpointFile(trained);
    const parameters = [...tensors].filter(
      ([name]) => !/running_(mean|var)$|num_batches_tracked$/.test(name),
    );
    const count = parameters.reduce((sum, [, { shape }]) => sum + elementCount(shape), 0);
    expect(format).toBe('pth-zip');
    expect(count).toBe(4990001);
    const bytes = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(bytes).toBeLessThan(statSync(trained).size);
  });
});
