// Draws the image itself, on a canvas of its own below the boxes: it changes only when the view does.
import type { Rect } from '../../shared/model.ts';
import type { Camera } from './camera.ts';
import { type Picture, sizeOf } from './picture.ts';
import { toScreen } from './viewport.ts';

/** Paints the picture, or a grey place for one that loads. `ratio` is device pixels per CSS pixel. */
export function paintPicture(
  context: CanvasRenderingContext2D,
  camera: Camera,
  picture: Picture | undefined,
  ratio: number,
): void {
  const { view, image, area } = camera;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, area.width, area.height);
  if (!picture) {
    context.fillStyle = 'rgb(128 128 128 / 0.12)';
    context.fillRect(view.x, view.y, image.width * view.scale, image.height * view.scale);
    return;
  }
  // past twice its size a pixel should look like one
  context.imageSmoothingEnabled = view.scale * ratio < 2;
  context.imageSmoothingQuality = 'medium';
  const part = camera.inSight;
  if (part.width <= 0 || part.height <= 0) return;
  paintWhole(context, camera, picture, part, ratio);
  for (const { rect, pixels } of picture.tiles?.inSight(part, view.scale * ratio) ?? []) {
    const at = onWholePixels(toScreen(view, rect), rect, view.scale, ratio);
    context.drawImage(pixels, at.x, at.y, at.width, at.height);
  }
}

/** The part in sight of the copy that fits the zoom. */
function paintWhole(
  context: CanvasRenderingContext2D,
  { view, image }: Camera,
  picture: Picture,
  part: Rect,
  ratio: number,
): void {
  const pixels = picture.wholeFor(image.width * view.scale * ratio);
  const size = sizeOf(pixels);
  const [fx, fy] = [size.width / image.width, size.height / image.height];
  const at = toScreen(view, part);
  const from = [part.x * fx, part.y * fy, part.width * fx, part.height * fy] as const;
  context.drawImage(pixels, ...from, at.x, at.y, part.width * view.scale, part.height * view.scale);
}

/** Tiles that begin and end on device pixels leave no seams. */
function onWholePixels(at: { x: number; y: number }, rect: Rect, scale: number, ratio: number): Rect {
  const snap = (value: number) => Math.round(value * ratio) / ratio;
  const [x, y] = [snap(at.x), snap(at.y)];
  return { x, y, width: snap(at.x + rect.width * scale) - x, height: snap(at.y + rect.height * scale) - y };
}
