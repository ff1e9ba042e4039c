// Where the weights are found, under the wrappings that trainers put around them.
import { describe, expect, it } from 'vitest';
import {
  PickleStorage,
  PickleTensor,
  type PickleValue,
} from '../../../../src/main/detector/checkpoints/pickle-values.ts';
import { findStateDicts } from '../../../../src/main/detector/checkpoints/state-dicts.ts';

const storage = new PickleStorage('0', 'float32', 1);
const tensor = () => new PickleTensor(storage, 'float32', { offset: 0, shape: [1], strides: [1] });
const dict = (entries: Record<string, PickleValue>): Map<PickleValue, PickleValue> =>
  new Map(Object.entries(entries));
const weights = (...names: string[]) => dict(Object.fromEntries(names.map((name) => [name, tensor()])));

describe('findStateDicts', () => {
  it.each<[string, PickleValue, string, string[]]>([
    ['a bare one', weights('a.w', 'b'), '', ['a.w', 'b']],
    ['one in a checkpoint', dict({ state_dict: weights('a.w'), epoch: 3 }), 'state_dict', ['a.w']],
    ['one called model', dict({ model: weights('a.w'), optimizer: dict({}) }), 'model', ['a.w']],
    ['one from DataParallel', weights('module.a.w', 'module.b'), '', ['a.w', 'b']],
    ['one compiled and wrapped', weights('module._orig_mod.a', 'module._orig_mod.b'), '', ['a', 'b']],
    ['one with a layer called module', weights('module.a', 'other'), '', ['module.a', 'other']],
  ])('finds %s', (_, root, name, keys) => {
    const { main } = findStateDicts(root);
    expect(main.name).toBe(name);
    expect([...main.tensors.keys()]).toEqual(keys);
  });

  it('reports averaged copies: mmengine beside, mmcv 1 inside', () => {
    const beside = dict({ state_dict: weights('a.w'), ema_state_dict: weights('module.a.w', 'steps') });
    expect(findStateDicts(beside).others.map(({ name, tensors }) => [name, [...tensors.keys()]])).toEqual([
      ['ema_state_dict', ['a.w']],
    ]);
    const { main, others } = findStateDicts(weights('a.w', 'ema_a_w', 'ema_lonely'));
    expect([...main.tensors.keys()]).toEqual(['a.w', 'ema_lonely']);
    expect(others.map(({ name, tensors }) => [name, [...tensors.keys()]])).toEqual([
      ['ema_ buffers', ['a.w']],
    ]);
  });

  it('skips what is not a tensor', () => {
    const mixed = new Map([...weights('a'), ['version', 2], [7, tensor()]] as [PickleValue, PickleValue][]);
    expect([...findStateDicts(mixed).main.tensors.keys()]).toEqual(['a']);
  });
});
