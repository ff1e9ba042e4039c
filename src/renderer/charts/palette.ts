// Colours and dashes of curves. The eight colours differ for colour-blind eyes too and stand out from the surface by
// 3:1 at least in both themes; a dash beside the colour tells more curves apart, and tells them apart in grey.

const COLOURS = {
  dark: ['#519bef', '#fecc14', '#b74b9f', '#65feb3', '#fe8ca1', '#7db11c', '#bad3ff', '#a26e37'],
  light: ['#0861bb', '#c87005', '#aa2f75', '#459d77', '#65191d', '#4b6016', '#957dc3', '#36198a'],
} as const;

const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3]];

export interface Stroke {
  readonly colour: string;
  /** Lengths of strokes and gaps in pixels; none for a whole line. */
  readonly dash: readonly number[];
}

/** How the curve in a place is drawn: 32 places differ, by colour and by dash. */
export function strokeOf(place: number, theme: 'dark' | 'light'): Stroke {
  const colours = COLOURS[theme];
  // neighbours differ in both, so that the first four already do without colour
  const round = Math.floor(place / colours.length);
  return {
    colour: colours[place % colours.length] ?? colours[0],
    dash: DASHES[(place + round) % DASHES.length] ?? [],
  };
}

/** The lowest place that is free, so that a run keeps its colour while others come and go. */
export function freePlace(taken: Iterable<number>): number {
  const places = new Set(taken);
  let place = 0;
  while (places.has(place)) place += 1;
  return place;
}
