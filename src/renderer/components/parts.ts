// The parts of the label view between which a key walks: those marked with `data-part`, in their order on the page.
const FOCUSABLE = ['canvas[tabindex]', 'button', 'input', 'select', 'a[href]']
  .map((kind) => `${kind}:not(:disabled, [tabindex="-1"])`)
  .join();

/** Gives the focus to the canvas, whose keys the keys then are. */
export function focusCanvas(): void {
  document.querySelector<HTMLElement>('canvas.boxes')?.focus({ preventScroll: true });
}

/** Goes to the next (1) or the previous (-1) part that has something to go to. */
export function focusPart(step: 1 | -1): void {
  const parts = [...document.querySelectorAll<HTMLElement>('[data-part]')];
  // keys are the canvas' where nothing else has the focus
  const focused = document.activeElement?.closest<HTMLElement>('[data-part]');
  const at = parts.findIndex((part) => (focused ? part === focused : part.dataset.part === 'canvas'));
  const others = parts.map((_, index) => parts.at((at + step * (index + 1)) % parts.length));
  others.find((part) => part && enter(part));
}

/** What is current in a part, or else its first control. */
function enter(part: HTMLElement): boolean {
  const controls = [...part.querySelectorAll<HTMLElement>(FOCUSABLE)];
  const control = controls.find((one) => one.ariaCurrent !== null) ?? controls[0];
  control?.focus();
  return document.activeElement === control;
}
