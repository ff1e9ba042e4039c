import { describe, expect, it } from 'vitest';
import { Tape } from '../../../../src/main/detector/autograd/tape.ts';
import { splitBatch, worstBatch } from '../../../../src/main/detector/engine/memory.ts';
import { isOutOfMemory } from '../../../../src/main/detector/out-of-memory.ts';
import { tf } from '../../../../src/main/detector/tf.ts';

describe('want of memory', () => {
  it.each([
    'OOM when allocating tensor with shape[8,96,80,80] and type float on CPU by allocator cpu',
    'Array buffer allocation failed',
    'std::bad_alloc',
    'EAGAIN',
    'Resource exhausted: failed to allocate memory',
  ])('is told from other failures: %s', (message) => {
    expect(isOutOfMemory(new RangeError(message))).toBe(true);
  });

  it('is not any failure', () => {
    expect(isOutOfMemory(new Error('The loss became NaN on the images a.jpg.'))).toBe(false);
    expect(isOutOfMemory('OOM when allocating')).toBe(false);
  });

  it('what TensorFlow itself says is told', () => {
    // 2^50 numbers, more than an address holds
    let said: unknown;
    try {
      tf.fill([1 << 20, 1 << 20, 1 << 10], 1).dispose();
    } catch (error) {
      said = error;
    }
    expect(isOutOfMemory(said), String(said)).toBe(true);
  });
});

describe('a batch in parts', () => {
  it('has every image once, in order, with its own pixels, none empty', () => {
    const batch = worstBatch({ width: 2, height: 1, boxes: 3 }, 5);
    batch.pixels.forEach((_, i) => {
      batch.pixels[i] = i;
    });
    for (const parts of [1, 2, 3, 5, 8]) {
      const pieces = splitBatch(batch, parts);
      expect(pieces).toHaveLength(Math.min(parts, 5));
      expect(pieces.every(({ images }) => images.length > 0)).toBe(true);
      expect(pieces.flatMap(({ images }) => images)).toEqual(batch.images);
      expect(pieces.flatMap(({ pixels }) => [...pixels])).toEqual([...batch.pixels]);
    }
  });
});

describe('the worst case', () => {
  it('has boxes of some size inside the image', () => {
    const [image] = worstBatch({ width: 64, height: 32, boxes: 7 }, 1).images;
    expect(image?.gtLabels).toHaveLength(7);
    for (let box = 0; box < 7; box++) {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = image!.gtBoxes.subarray(box * 4, box * 4 + 4);
      expect(x2).toBeGreaterThan(x1);
      expect(y2).toBeGreaterThan(y1);
      expect(Math.max(x2 / 64, y2 / 32)).toBeLessThanOrEqual(1);
    }
  });
});

describe('a pass that is abandoned', () => {
  it('lets go of all it held', () => {
    const before = tf.memory().numTensors;
    const tape = new Tape(true);
    tf.tidy(() => {
      const x = tape.leaf(tf.ones([2]));
      const y = tape.record(tf.mul(x.tensor, 2), [x], [x.tensor], (dy) => [tf.mul(dy, 2)]);
      tape.record(tf.mul(y.tensor, 3), [y], [y.tensor], () => {
        throw new Error('OOM when allocating');
      });
    });
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    tape.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
