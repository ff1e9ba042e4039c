// Draws the glass box over the image: where the pyramid's cells lie, which of them learn a box, and what they score.
import type { GlassImage, GlassLevel, GlassPositive } from '../../shared/contract/glass-box.ts';
import type { Camera } from './camera.ts';
import { toScreen } from './viewport.ts';

export interface GlassScene {
  readonly camera: Camera;
  readonly glass: GlassImage;
  /** Index of the level in sight; undefined for all. */
  readonly level: number | undefined;
  readonly branches: readonly ('cls' | 'reg')[];
  /** Paints every cell of the level by this score. */
  readonly heat: 'none' | 'cls' | 'reg';
}

/** From fine to coarse; told apart without colour by their size too. */
const LEVEL_COLOURS = ['#f2c14e', '#5bc0eb', '#9bc53d', '#e06c9f', '#c3a6ff'];
const LEAST_SIZE = 3;
const MOST_SIZE = 15;

/** Paints positives, and the scores of a level where asked for; the context is in CSS pixels. */
export function paintPositives(context: CanvasRenderingContext2D, scene: GlassScene): void {
  const { glass, level, heat } = scene;
  const shown = level === undefined ? undefined : glass.levels[level];
  if (shown && heat !== 'none') paintHeat(context, scene.camera, shown, heat);
  for (const positive of glass.positives) {
    if (level !== undefined && positive.level !== level) continue;
    if (scene.branches.includes(positive.branch)) paintPositive(context, scene.camera, glass, positive);
  }
}

/** The colour of a level, for the legend too. */
export function levelColour(level: number): string {
  return LEVEL_COLOURS[level % LEVEL_COLOURS.length] ?? '#ffffff';
}

/** A dot learns the class, a square the sides; the larger the coarser its level. */
function paintPositive(
  context: CanvasRenderingContext2D,
  camera: Camera,
  glass: GlassImage,
  { level, x, y, branch }: GlassPositive,
): void {
  const at = toScreen(camera.view, { x, y });
  const cell = (glass.levels[level]?.cellWidth ?? 0) * camera.view.scale;
  const size = Math.min(Math.max(cell / 5, LEAST_SIZE), MOST_SIZE);
  const path = new Path2D();
  if (branch === 'cls') path.arc(at.x, at.y, size * 0.55, 0, 2 * Math.PI);
  else path.rect(at.x - size, at.y - size, 2 * size, 2 * size);
  context.lineWidth = 3;
  context.strokeStyle = 'rgb(0 0 0 / 0.6)';
  context.stroke(path);
  if (branch === 'cls') {
    context.fillStyle = levelColour(level);
    context.fill(path);
  } else {
    context.lineWidth = 1.5;
    context.strokeStyle = levelColour(level);
    context.stroke(path);
  }
}

/** Each cell around its centre, the more opaque the higher it scores. */
function paintHeat(
  context: CanvasRenderingContext2D,
  camera: Camera,
  level: GlassLevel,
  branch: 'cls' | 'reg',
): void {
  const { cellWidth, cellHeight, columns } = level;
  const scores = branch === 'cls' ? level.clsScores : level.iouScores;
  const [width, height] = [cellWidth * camera.view.scale, cellHeight * camera.view.scale];
  context.fillStyle = branch === 'cls' ? '#ff5a36' : '#3d7bff';
  scores.forEach((score, cell) => {
    if (score < 0.02) return;
    const centre = { x: (cell % columns) * cellWidth, y: Math.floor(cell / columns) * cellHeight };
    const at = toScreen(camera.view, centre);
    context.globalAlpha = score * 0.75;
    context.fillRect(at.x - width / 2, at.y - height / 2, width, height);
  });
  context.globalAlpha = 1;
}
