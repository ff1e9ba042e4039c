// What lies under the pointer.
import { type HitTarget, handleAt, hitTest, type Point } from '../../shared/box.ts';
import type { BoxList } from './box-list.ts';

/** A box, or without an id a handle of the whole selection. */
export interface Hover {
  readonly part: HitTarget['part'];
  readonly id?: number;
}

/** Handles of the selection come first, then what `hitTest` finds; `reach` is in image pixels. */
export function targetAt(list: BoxList, point: Point, reach: number): Hover | undefined {
  const { bounds, primary } = list;
  const handle = bounds && handleAt(bounds, point, reach);
  if (handle)
    return list.selection.size > 1 || !primary ? { part: handle } : { part: handle, id: primary.id };
  const near = list.near(point, reach);
  const target = hitTest(near, point, reach);
  const box = target && near[target.index];
  return target && box && { part: target.part, id: box.id };
}
