// Colours of classes: a wheel of equal lightness in OKLCH, so that none of them shouts.

const LIGHTNESS = 0.72;

/**
 * Hue in degrees and chroma. The first 8 stay apart for eyes without red or green too; the 20 are as far from each other as
 * one lightness allows.
 */
const WHEEL: readonly (readonly [hue: number, chroma: number])[] = [
  [285, 0.15],
  [57, 0.17],
  [189, 0.09],
  [9, 0.09],
  [147, 0.13],
  [228, 0.13],
  [102, 0.11],
  [312, 0.09],
  [342, 0.19],
  [126, 0.17],
  [9, 0.17],
  [255, 0.09],
  [321, 0.17],
  [75, 0.15],
  [141, 0.19],
  [30, 0.13],
  [156, 0.17],
  [57, 0.11],
  [39, 0.17],
  [129, 0.09],
];

/** Degrees: neighbours in number are far apart in hue, however many there are. */
const GOLDEN_ANGLE = 137.508;

/** The colour of the nth class, counted from 0. `#rrggbb` */
export function colourFor(index: number): string {
  const [hue, chroma] = WHEEL[index] ?? [index * GOLDEN_ANGLE, 0.1];
  const angle = (hue * Math.PI) / 180;
  const channels = linearRgb(LIGHTNESS, chroma * Math.cos(angle), chroma * Math.sin(angle));
  return `#${channels.map(hexOf).join('')}`;
}

/** Björn Ottosson's OKLab, backwards. */
function linearRgb(lightness: number, a: number, b: number): readonly number[] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function hexOf(linear: number): string {
  const light = Math.min(1, Math.max(0, linear));
  const coded = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.round(coded * 255)
    .toString(16)
    .padStart(2, '0');
}
