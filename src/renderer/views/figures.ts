// Figures in words, the same on every screen.

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A share in per cent with one decimal; a dash where there is nothing to measure. */
export function percent(value: number | null | undefined): string {
  return value === null || value === undefined || value < 0 ? '–' : (value * 100).toFixed(1);
}

/** `38.2 MB`, with three digits. */
export function sizeWords(bytes: number): string {
  const unit = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** unit;
  return `${unit === 0 ? Math.round(value) : value.toPrecision(3)} ${UNITS[unit]}`;
}
