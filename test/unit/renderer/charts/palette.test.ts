// The promises of the curves' colours: seen on both surfaces, told apart by eyes that miss a kind of cone.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freePlace, strokeOf } from '../../../../src/renderer/charts/palette.ts';

type Rgb = readonly [number, number, number];
const tokens = readFileSync(new URL('../../../../src/renderer/styles/tokens.css', import.meta.url), 'utf8');
const surfaces = [...tokens.matchAll(/--surface: (#[0-9a-f]{6})/g)].map(([, colour]) => colour ?? '');

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear light. */
const EYES: Record<string, readonly Rgb[]> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

const linear = (hex: string): Rgb => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return [r, g, b];
};
const luminance = (hex: string) =>
  linear(hex).reduce((sum, part, index) => sum + part * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);
const contrast = (a: string, b: string) => {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};
const times = (matrix: readonly Rgb[], [x, y, z]: Rgb): Rgb => {
  const [a = 0, b = 0, c = 0] = matrix.map((row) => Math.max(0, row[0] * x + row[1] * y + row[2] * z));
  return [a, b, c];
};
/** OKLab, where distances are about as large as they look. */
const oklab = (rgb: Rgb): Rgb => {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  ).map(Math.cbrt);
  const [l = 0, m = 0, s = 0] = cones;
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
};
const distance = (a: Rgb, b: Rgb) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe.each(['dark', 'light'] as const)('colours of curves on the %s surface', (theme) => {
  const colours = Array.from({ length: 8 }, (_, place) => strokeOf(place, theme).colour);
  const surface = surfaces[theme === 'dark' ? 0 : 1] ?? '';

  it('stand out from it by 3:1', () => {
    for (const colour of colours) expect(contrast(colour, surface), colour).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.keys(EYES))('differ for eyes with %s', (eyes) => {
    const seen = colours.map((colour) => oklab(times(EYES[eyes] ?? [], linear(colour))));
    seen.forEach((a, i) => {
      seen.slice(i + 1).forEach((b, j) => {
        expect(distance(a, b), `${colours[i]} and ${colours[i + 1 + j]}`).toBeGreaterThan(0.1);
      });
    });
  });

  it('make 32 strokes of which no two are alike', () => {
    const strokes = Array.from({ length: 32 }, (_, place) => JSON.stringify(strokeOf(place, theme)));
    expect(new Set(strokes).size).toBe(32);
  });
});

it('gives a run the lowest place that is free', () => {
  expect(freePlace([])).toBe(0);
  expect(freePlace([0, 2, 1, 5])).toBe(3);
});
