// Draws the image itself, on a canvas of its own below the boxes: it changes only when the view does.
import type { Camera } from './camera.ts';

/** Paints the picture, or a grey place for one that loads. */
export function paintPicture(
  context: CanvasRenderingContext2D,
  { view, image, area }: Camera,
  picture: CanvasImageSource | undefined,
  ratio: number,
): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, area.width, area.height);
  const [width, height] = [image.width * view.scale, image.height * view.scale];
  if (!picture) {
    context.fillStyle = 'rgb(128 128 128 / 0.12)';
    context.fillRect(view.x, view.y, width, height);
    return;
  }
  // past twice its size a pixel should look like one
  context.imageSmoothingEnabled = view.scale < 2;
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, view.x, view.y, width, height);
}
