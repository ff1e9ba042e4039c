// Draws the image, its boxes and what is under way on a 2D canvas.
import { handlePoint, handles } from '../../shared/box.ts';
import type { Rect } from '../../shared/model.ts';
import type { Editor } from './editor.ts';
import type { EditorBox } from './gesture.ts';
import { toScreen } from './viewport.ts';

export interface ClassLook {
  readonly name: string;
  readonly colour: string;
}

export interface Scene {
  readonly editor: Editor;
  /** Undefined while it loads. */
  readonly picture: CanvasImageSource | undefined;
  readonly classes: ReadonlyMap<number, ClassLook>;
  readonly showBoxes: boolean;
  readonly showLabels: boolean;
  readonly accent: string;
}

const HANDLE = 4;
/** Boxes smaller than this on the screen bear no name. */
const NAMED_SIDE = 26;
const MOST_NAMES = 300;
const FONT = '11px system-ui, sans-serif';

/** Paints everything; `ratio` is device pixels per CSS pixel. */
export function paint(context: CanvasRenderingContext2D, scene: Scene, ratio: number): void {
  const { editor } = scene;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, editor.camera.area.width, editor.camera.area.height);
  paintPicture(context, scene);
  if (scene.showBoxes) paintBoxes(context, scene);
  paintDraft(context, scene);
  paintCrosshair(context, scene);
}

function paintPicture(context: CanvasRenderingContext2D, { editor, picture }: Scene): void {
  const { view, image } = editor.camera;
  const [width, height] = [image.width * view.scale, image.height * view.scale];
  if (picture) {
    // past twice its size a pixel should look like one
    context.imageSmoothingEnabled = view.scale < 2;
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture, view.x, view.y, width, height);
  } else {
    context.fillStyle = 'rgb(128 128 128 / 0.12)';
    context.fillRect(view.x, view.y, width, height);
  }
}

function paintBoxes(context: CanvasRenderingContext2D, scene: Scene): void {
  const { editor } = scene;
  const hovered = editor.dragging ? undefined : editor.hover?.id;
  const selected = editor.selected;
  let named = 0;
  for (const box of editor.boxes) {
    if (box.id === selected?.id) continue;
    const at = onScreen(editor, box);
    if (!isInSight(editor, at)) continue;
    paintBox(context, scene, box, at, box.id === hovered);
    if (scene.showLabels && Math.min(at.width, at.height) >= NAMED_SIDE && named++ < MOST_NAMES)
      paintName(context, scene, box, at);
  }
  if (!selected) return;
  const at = onScreen(editor, editor.draft && editor.dragging !== 'draw' ? editor.draft : selected);
  paintBox(context, scene, selected, at, true);
  paintName(context, scene, selected, at);
  paintHandles(context, scene, at);
}

function onScreen(editor: Editor, rect: Rect): Rect {
  const { x, y } = toScreen(editor.camera.view, rect);
  return {
    x,
    y,
    width: rect.width * editor.camera.view.scale,
    height: rect.height * editor.camera.view.scale,
  };
}

function isInSight({ camera: { area } }: Editor, at: Rect): boolean {
  return at.x < area.width && at.y < area.height && at.x + at.width > 0 && at.y + at.height > 0;
}

function paintBox(
  context: CanvasRenderingContext2D,
  { classes }: Scene,
  box: EditorBox,
  at: Rect,
  strong: boolean,
): void {
  const colour = classes.get(box.classId)?.colour ?? '#808080';
  context.setLineDash(box.ignore ? [5, 4] : []);
  // a dark edge below keeps every colour readable on every image
  context.strokeStyle = 'rgb(0 0 0 / 0.45)';
  context.lineWidth = strong ? 4 : 3;
  context.strokeRect(at.x, at.y, at.width, at.height);
  context.strokeStyle = colour;
  context.lineWidth = strong ? 2 : 1.5;
  context.strokeRect(at.x, at.y, at.width, at.height);
  context.setLineDash([]);
  if (!strong && !box.ignore) return;
  context.globalAlpha = box.ignore ? 0.22 : 0.14;
  context.fillStyle = colour;
  context.fillRect(at.x, at.y, at.width, at.height);
  context.globalAlpha = 1;
}

function paintName(context: CanvasRenderingContext2D, { classes }: Scene, box: EditorBox, at: Rect): void {
  const look = classes.get(box.classId);
  if (!look) return;
  const text = box.ignore ? `${look.name} · ignored` : look.name;
  context.font = FONT;
  const width = context.measureText(text).width + 10;
  const top = at.y >= 18 ? at.y - 17 : at.y + 1;
  context.fillStyle = 'rgb(12 14 18 / 0.78)';
  context.fillRect(at.x - 1, top, width + 3, 16);
  context.fillStyle = look.colour;
  context.fillRect(at.x - 1, top, 3, 16);
  context.fillStyle = '#fff';
  context.textBaseline = 'middle';
  context.fillText(text, at.x + 7, top + 8.5);
}

function paintHandles(context: CanvasRenderingContext2D, { accent }: Scene, at: Rect): void {
  context.lineWidth = 1.5;
  for (const handle of handles) {
    const { x, y } = handlePoint(at, handle);
    context.fillStyle = '#fff';
    context.strokeStyle = accent;
    context.fillRect(x - HANDLE, y - HANDLE, 2 * HANDLE, 2 * HANDLE);
    context.strokeRect(x - HANDLE, y - HANDLE, 2 * HANDLE, 2 * HANDLE);
  }
}

function paintDraft(context: CanvasRenderingContext2D, scene: Scene): void {
  const { editor, classes } = scene;
  if (!editor.draft || editor.dragging !== 'draw') return;
  const at = onScreen(editor, editor.draft);
  const colour = classes.get(editor.classId ?? 0)?.colour ?? scene.accent;
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
}

function paintCrosshair(context: CanvasRenderingContext2D, { editor }: Scene): void {
  if (editor.tool !== 'draw' || !editor.pointer || editor.dragging === 'pan' || editor.holdsPan) return;
  const { x, y } = editor.pointer;
  const lines = new Path2D();
  lines.moveTo(0, y);
  lines.lineTo(editor.camera.area.width, y);
  lines.moveTo(x, 0);
  lines.lineTo(x, editor.camera.area.height);
  context.lineWidth = 2;
  context.strokeStyle = 'rgb(0 0 0 / 0.35)';
  context.stroke(lines);
  context.lineWidth = 1;
  context.strokeStyle = 'rgb(255 255 255 / 0.8)';
  context.stroke(lines);
}
