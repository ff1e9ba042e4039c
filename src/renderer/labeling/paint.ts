// Draws what lies over the image on a 2D canvas: boxes, handles, what is under way, guides.
import { boundsOf, handlePoint, handles } from '../../shared/box.ts';
import type { Rect } from '../../shared/model.ts';
import type { EditorBox } from './gesture.ts';
import { onScreen, paintBoxes, paintName, paintOutlines, paintText } from './paint-boxes.ts';
import type { Scene } from './scene.ts';

const HANDLE = 4;

/** Paints everything; `ratio` is device pixels per CSS pixel. */
export function paint(context: CanvasRenderingContext2D, scene: Scene, ratio: number): void {
  const { area } = scene.editor.camera;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, area.width, area.height);
  if (scene.past) {
    paintPast(context, scene, scene.past);
    return;
  }
  if (scene.showBoxes) {
    paintBoxes(context, scene);
    paintChosen(context, scene);
  }
  paintDraft(context, scene);
  paintCrosshair(context, scene);
}

function paintPast(context: CanvasRenderingContext2D, scene: Scene, boxes: readonly EditorBox[]): void {
  paintOutlines(context, scene, boxes, true);
  for (const box of boxes) paintName(context, scene, box, onScreen(scene.editor, box));
}

/** The box under the pointer and the selected ones, above all others. */
function paintChosen(context: CanvasRenderingContext2D, scene: Scene): void {
  const { editor } = scene;
  const { selected } = editor.list;
  const hovered = editor.dragging ? undefined : editor.hover?.id;
  const under = hovered === undefined ? undefined : editor.list.get(hovered);
  if (under && !editor.list.selection.has(under.id)) {
    paintOutlines(context, scene, [under], true);
    if (scene.showLabels) paintName(context, scene, under, onScreen(editor, under));
  }
  if (selected.length === 0) return;
  const dragged = new Map(editor.dragged.map((box, index) => [box.id, editor.draft?.[index] ?? box]));
  const shown = selected.map((box) => ({ ...box, ...dragged.get(box.id) }));
  paintOutlines(context, scene, shown, true);
  const [only] = shown;
  if (shown.length === 1 && only) paintName(context, scene, only, onScreen(editor, only));
  const bounds = boundsOf(shown);
  if (bounds) paintHandles(context, scene, onScreen(editor, bounds));
}

function paintHandles(context: CanvasRenderingContext2D, { accent, editor }: Scene, at: Rect): void {
  context.lineWidth = 1.5;
  context.strokeStyle = accent;
  if (editor.list.selection.size > 1) context.strokeRect(at.x - 0.5, at.y - 0.5, at.width + 1, at.height + 1);
  context.fillStyle = '#fff';
  for (const handle of handles) {
    const { x, y } = handlePoint(at, handle);
    context.fillRect(x - HANDLE, y - HANDLE, 2 * HANDLE, 2 * HANDLE);
    context.strokeRect(x - HANDLE, y - HANDLE, 2 * HANDLE, 2 * HANDLE);
  }
}

function paintDraft(context: CanvasRenderingContext2D, scene: Scene): void {
  const { editor, classes } = scene;
  const draft = editor.draft?.[0] ?? editor.nameless;
  if (!draft || editor.dragged.length > 0) return;
  const at = onScreen(editor, draft);
  const drawn = editor.dragging === 'draw' || editor.nameless !== undefined;
  const colour = drawn ? (classes.get(editor.classId ?? 0)?.colour ?? scene.accent) : scene.accent;
  context.fillStyle = colour;
  context.globalAlpha = 0.16;
  context.fillRect(at.x, at.y, at.width, at.height);
  context.globalAlpha = 1;
  context.strokeStyle = 'rgb(0 0 0 / 0.5)';
  context.lineWidth = 3;
  context.strokeRect(at.x, at.y, at.width, at.height);
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.strokeRect(at.x, at.y, at.width, at.height);
  if (drawn)
    paintText(
      context,
      `${Math.round(draft.width)} × ${Math.round(draft.height)}`,
      at.x,
      at.y + at.height + 4,
    );
}

/** Lines through the pointer while drawing, and where it is. */
function paintCrosshair(context: CanvasRenderingContext2D, { editor }: Scene): void {
  if (editor.tool !== 'draw' || !editor.pointer || editor.dragging === 'pan' || editor.holdsPan) return;
  const { x, y } = editor.pointer;
  const { area } = editor.camera;
  const lines = new Path2D();
  lines.moveTo(0, y);
  lines.lineTo(area.width, y);
  lines.moveTo(x, 0);
  lines.lineTo(x, area.height);
  context.lineWidth = 2;
  context.strokeStyle = 'rgb(0 0 0 / 0.35)';
  context.stroke(lines);
  context.lineWidth = 1;
  context.strokeStyle = 'rgb(255 255 255 / 0.8)';
  context.stroke(lines);
  const at = editor.camera.imagePoint(editor.pointer);
  paintText(
    context,
    `${Math.floor(at.x)}, ${Math.floor(at.y)}`,
    Math.min(x + 10, area.width - 80),
    Math.max(2, y - 22),
  );
}
