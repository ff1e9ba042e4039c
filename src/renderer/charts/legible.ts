// A class's own colour, as a line on the surface: 3:1 against it at least, in both themes.

/** Relative luminance of --surface. */
const SURFACE = { dark: 0.0134, light: 1 } as const;
const TOWARDS = { dark: 255, light: 0 } as const;
const LEAST = 3;
const STEPS = 20;

/** The colour itself where it stands out; otherwise as much lighter (or darker, on a light surface) as that takes. */
export function legible(colour: string, theme: 'dark' | 'light'): string {
  if (!/^#[\da-f]{6}$/i.test(colour)) return colour;
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  for (let step = 0; step <= STEPS; step += 1) {
    const mixed = parts.map((part) => Math.round(part + ((TOWARDS[theme] - part) * step) / STEPS));
    if (contrast(luminance(mixed), SURFACE[theme]) >= LEAST)
      return `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
  }
  return colour;
}

function contrast(first: number, second: number): number {
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

/** WCAG's relative luminance of red, green and blue from 0 to 255. */
function luminance(parts: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = parts.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
