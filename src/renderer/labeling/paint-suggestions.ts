// Draws suggestions over the image: dashed, with their scores, so that nobody takes them for labels.
import type { Rect } from '../../shared/model.ts';
import type { Suggestion } from '../../shared/suggestion.ts';
import type { Camera } from './camera.ts';
import { toScreen } from './viewport.ts';

export interface SuggestionScene {
  readonly camera: Camera;
  readonly suggestions: readonly Suggestion[];
  readonly classes: ReadonlyMap<number, { readonly name: string; readonly colour: string }>;
  /** Those that the keys are about, or that were asked for. */
  readonly markedIds: readonly (number | undefined)[];
  readonly showNames: boolean;
}

const DASH = [6, 4];
const FONT = '11px system-ui, sans-serif';
/** Suggestions smaller than this on the screen bear no name. */
const NAMED_SIDE = 22;

/** Paints all suggestions, the marked ones last; the context is in CSS pixels. */
export function paintSuggestions(context: CanvasRenderingContext2D, scene: SuggestionScene): void {
  const isMarked = ({ id }: Suggestion) => scene.markedIds.includes(id);
  for (const one of scene.suggestions) if (!isMarked(one)) paintOne(context, scene, one, false);
  for (const one of scene.suggestions) if (isMarked(one)) paintOne(context, scene, one, true);
}

/** Where a rectangle of the image is on the screen. */
export function onScreen(camera: Camera, rect: Rect): Rect {
  const { x, y } = toScreen(camera.view, rect);
  return { x, y, width: rect.width * camera.view.scale, height: rect.height * camera.view.scale };
}

function paintOne(
  context: CanvasRenderingContext2D,
  scene: SuggestionScene,
  suggestion: Suggestion,
  marked: boolean,
): void {
  const { camera, classes, showNames } = scene;
  const at = onScreen(camera, suggestion);
  const look = classes.get(suggestion.classId) ?? { name: 'unknown', colour: '#808080' };
  if (marked) {
    context.fillStyle = look.colour;
    context.globalAlpha = 0.16;
    context.fillRect(at.x, at.y, at.width, at.height);
    context.globalAlpha = 1;
  }
  context.lineWidth = marked ? 4 : 3;
  context.strokeStyle = 'rgb(0 0 0 / 0.5)';
  context.setLineDash(DASH);
  context.strokeRect(at.x, at.y, at.width, at.height);
  context.lineWidth = marked ? 2.5 : 1.5;
  context.strokeStyle = look.colour;
  context.strokeRect(at.x, at.y, at.width, at.height);
  context.setLineDash([]);
  const isLarge = Math.min(at.width, at.height) >= NAMED_SIDE;
  if (marked || (showNames && isLarge))
    paintTag(context, `${look.name} ${suggestion.score.toFixed(2)}`, look.colour, at);
}

/** Below the box, where labels have their names above. */
function paintTag(context: CanvasRenderingContext2D, text: string, colour: string, at: Rect): void {
  context.font = FONT;
  const width = context.measureText(text).width + 10;
  const top = at.y + at.height + 2;
  context.fillStyle = 'rgb(12 14 18 / 0.78)';
  context.fillRect(at.x - 1, top, width, 16);
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash([3, 2]);
  context.strokeRect(at.x - 0.5, top + 0.5, width - 1, 15);
  context.setLineDash([]);
  context.fillStyle = '#fff';
  context.textBaseline = 'middle';
  context.fillText(text, at.x + 4, top + 8.5);
}
