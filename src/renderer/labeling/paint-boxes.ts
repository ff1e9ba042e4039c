// Draws boxes: those in sight alone, all boxes of a class after each other.
import type { Rect } from '../../shared/model.ts';
import type { Editor } from './editor.ts';
import { type EditorBox, flags } from './gesture.ts';
import type { Scene } from './scene.ts';
import { toScreen } from './viewport.ts';

/** Boxes smaller than this on the screen bear no name. */
const NAMED_SIDE = 26;
const MOST_NAMES = 300;
/** Width and height together, on the screen. */
const EDGED_SIDES = 16;
const FONT = '11px system-ui, sans-serif';
const NO_CLASS = '#808080';
const FLAG_MARKS = {
  ignore: 'ignored',
  difficult: 'difficult',
  truncated: 'truncated',
  occluded: 'occluded',
};
const widths = new Map<string, number>();

/** All boxes in sight but the selected ones. */
export function paintBoxes(context: CanvasRenderingContext2D, scene: Scene): void {
  const { editor, boxOpacity } = scene;
  const { selection } = editor.list;
  const inSight = editor.list.within(partInSight(editor)).filter(({ id }) => !selection.has(id));
  context.globalAlpha = boxOpacity;
  paintOutlines(context, scene, inSight, false);
  context.globalAlpha = boxOpacity;
  if (scene.showLabels) paintNames(context, scene, inSight);
  context.globalAlpha = 1;
}

/** The part of the image on the screen, with room for outlines. */
function partInSight({ camera }: Editor): Rect {
  const edge = camera.reach(4);
  const { x, y } = camera.imagePoint({ x: 0, y: 0 });
  const { width, height } = camera.area;
  return {
    x: x - edge,
    y: y - edge,
    width: camera.reach(width) + 2 * edge,
    height: camera.reach(height) + 2 * edge,
  };
}

/** A rectangle of the image on the screen. */
export function onScreen({ camera: { view } }: Editor, rect: Rect): Rect {
  const { x, y } = toScreen(view, rect);
  return { x, y, width: rect.width * view.scale, height: rect.height * view.scale };
}

/**
 * Outlines, class by class; strong ones are filled too. Ignored regions are dashed and filled. Rectangle by rectangle:
 * where no graphics card draws, one path of thousands of rectangles takes ten times as long.
 */
export function paintOutlines(
  context: CanvasRenderingContext2D,
  scene: Scene,
  boxes: readonly EditorBox[],
  strong: boolean,
): void {
  const alpha = strong ? 1 : scene.boxOpacity;
  for (const { rects, classId, ignore } of byClass(scene.editor, boxes)) {
    const colour = scene.classes.get(classId)?.colour ?? NO_CLASS;
    strokeTwice(context, rects, colour, strong, ignore);
    if (!strong && !ignore) continue;
    context.globalAlpha = alpha * (ignore ? 0.22 : 0.14);
    context.fillStyle = colour;
    for (const { x, y, width, height } of rects) context.fillRect(x, y, width, height);
    context.globalAlpha = alpha;
  }
}

/** Rectangles on the screen that look the same. */
function byClass(editor: Editor, boxes: readonly EditorBox[]) {
  const groups = new Map<number, { rects: Rect[]; classId: number; ignore: boolean }>();
  for (const box of boxes) {
    const { classId, ignore } = box;
    const key = ignore ? -classId : classId;
    const group = groups.get(key) ?? { rects: [], classId, ignore };
    groups.set(key, group);
    group.rects.push(onScreen(editor, box));
  }
  return groups.values();
}

/** A dark edge below keeps every colour readable on every image; the smallest boxes go without. */
function strokeTwice(
  context: CanvasRenderingContext2D,
  rects: readonly Rect[],
  colour: string,
  strong: boolean,
  dashed: boolean,
): void {
  context.setLineDash(dashed ? [5, 4] : []);
  context.strokeStyle = 'rgb(0 0 0 / 0.45)';
  context.lineWidth = strong ? 4 : 3;
  for (const { x, y, width, height } of rects)
    if (strong || width + height >= EDGED_SIDES) context.strokeRect(x, y, width, height);
  context.strokeStyle = colour;
  context.lineWidth = strong ? 2 : 1.5;
  for (const { x, y, width, height } of rects) context.strokeRect(x, y, width, height);
  context.setLineDash([]);
}

function paintNames(context: CanvasRenderingContext2D, scene: Scene, boxes: readonly EditorBox[]): void {
  const smallest = scene.editor.camera.reach(NAMED_SIDE);
  const named = boxes.filter((box) => Math.min(box.width, box.height) >= smallest).slice(0, MOST_NAMES);
  for (const box of named) paintName(context, scene, box, onScreen(scene.editor, box));
}

/** The name of a box's class and its flags, above it where there is room. */
export function paintName(
  context: CanvasRenderingContext2D,
  { classes }: Scene,
  box: EditorBox,
  at: Rect,
): void {
  const look = classes.get(box.classId);
  if (!look) return;
  const text = [look.name, ...flags.filter((flag) => box[flag]).map((flag) => FLAG_MARKS[flag])].join(' · ');
  const top = at.y >= 18 ? at.y - 17 : at.y + 1;
  paintText(context, text, at.x - 1, top, look.colour);
}

/** A line of text on a dark ground, with a coloured edge where a colour is given. */
export function paintText(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  colour?: string,
): void {
  context.font = FONT;
  const edge = colour ? 3 : 0;
  context.fillStyle = 'rgb(12 14 18 / 0.78)';
  context.fillRect(x, y, widthOf(context, text) + 10 + edge, 16);
  if (colour) {
    context.fillStyle = colour;
    context.fillRect(x, y, edge, 16);
  }
  context.fillStyle = '#fff';
  context.textBaseline = 'middle';
  context.fillText(text, x + 5 + edge, y + 8.5);
}

function widthOf(context: CanvasRenderingContext2D, text: string): number {
  const known = widths.get(text);
  if (known !== undefined) return known;
  if (widths.size > 2000) widths.clear();
  const { width } = context.measureText(text);
  widths.set(text, width);
  return width;
}
