// Colours of classes: of one lightness, told apart by everybody.
import { describe, expect, it } from 'vitest';
import { colourFor } from '../../../src/main/services/class-colours.ts';

type Triple = readonly number[];

/** About two just noticeable differences in OKLab. */
const APART = 0.04;

/** Linear red, green and blue. */
function rgbOf(colour: string): Triple {
  return [1, 3, 5].map((at) => {
    const coded = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return coded <= 0.04045 ? coded / 12.92 : ((coded + 0.055) / 1.055) ** 2.4;
  });
}

const times = (matrix: readonly Triple[], values: Triple) =>
  matrix.map((row) => row.reduce((sum, factor, at) => sum + factor * (values[at] ?? 0), 0));

function oklabOf(rgb: Triple): Triple {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt),
  );
}

/** What is seen without one kind of cones, by Machado, Oliveira and Fernandes (2009). */
const PROTANOPIA = [
  [0.152286, 1.052583, -0.204868],
  [0.114503, 0.786281, 0.099216],
  [-0.003882, -0.048116, 1.051998],
];
const DEUTERANOPIA = [
  [0.367322, 0.860646, -0.227968],
  [0.280085, 0.672501, 0.047413],
  [-0.01182, 0.04294, 0.968881],
];
const seenBy = (eyes: readonly Triple[]) => (rgb: Triple) =>
  times(eyes, rgb).map((light) => Math.min(1, Math.max(0, light)));

/** The smallest distance between two of the colours. */
function nearest(colours: readonly string[], see: (rgb: Triple) => Triple = (rgb) => rgb): number {
  const seen = colours.map((colour) => oklabOf(see(rgbOf(colour))));
  const distances = seen.flatMap((one, at) =>
    seen.slice(0, at).map((other) => Math.hypot(...one.map((value, axis) => value - (other[axis] ?? 0)))),
  );
  return Math.min(...distances);
}

const first = (count: number) => Array.from({ length: count }, (_, index) => colourFor(index));

describe('the colours of classes', () => {
  it('are of one lightness, however many there are', () => {
    for (const colour of first(300)) {
      expect(colour).toMatch(/^#[0-9a-f]{6}$/);
      expect(oklabOf(rgbOf(colour))[0]).toBeCloseTo(0.72, 2);
    }
  });

  it('are told apart, the first twenty', () => {
    expect(nearest(first(20))).toBeGreaterThan(APART);
  });

  it('are told apart without red or without green, the first eight', () => {
    expect(nearest(first(8), seenBy(PROTANOPIA))).toBeGreaterThan(APART);
    expect(nearest(first(8), seenBy(DEUTERANOPIA))).toBeGreaterThan(APART);
  });
});
