// Which image comes next, also from one that the filter leaves out.

/** The image after (1) or before (-1) another among those shown; one that is not among them stands where it is among `all`. */
export function beside(
  id: number,
  direction: 1 | -1,
  shown: readonly number[],
  all: readonly number[],
): number | undefined {
  const place = shown.indexOf(id);
  if (place >= 0) return shown[place + direction];
  const at = all.indexOf(id);
  if (at < 0) return undefined;
  const isShown = new Set(shown);
  const way = direction > 0 ? all.slice(at + 1) : all.slice(0, at).reverse();
  return way.find((other) => isShown.has(other));
}

/** The image that comes where one was that is gone: of those there now, in the order as it was before. */
export function heirOf(id: number, before: readonly number[], now: readonly number[]): number | undefined {
  return beside(id, 1, now, before) ?? beside(id, -1, now, before) ?? now[0];
}
