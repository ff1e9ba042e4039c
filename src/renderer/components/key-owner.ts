// Whether a key belongs to what has the focus or lies open above, rather than to the view.
import { claims } from '../labeling/claims.ts';
import { app } from '../state/app.svelte.ts';
import { panels } from '../state/panels.svelte.ts';

/** True for keys that mean something to a control, a list or a dialog that is open. */
export function isTaken(event: KeyboardEvent): boolean {
  const { target } = event;
  if (event.defaultPrevented || panels.takesKeys || app.board.dialogs.length > 0) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="dialog"], [role="menu"]')) return true;
  return claims({ tag: target.tagName, type: target instanceof HTMLInputElement ? target.type : '' }, event);
}
