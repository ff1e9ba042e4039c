// Labelled images as evaluators are given them.
import { type SceneColumns, SceneColumnsBuilder } from '../detector/evaluation/scene-columns.ts';
import type { Sliced } from './slices.ts';
import type { LabelledImage } from './snapshots.ts';

/** The images, or those of them that are wanted, as columns; may be set aside, so that windows are answered meanwhile. */
export function* sceneColumns(
  images: Iterable<LabelledImage>,
  wanted?: ReadonlySet<number>,
): Sliced<SceneColumns> {
  const builder = new SceneColumnsBuilder();
  for (const image of images) {
    if (wanted === undefined || wanted.has(image.id)) builder.add(image);
    yield;
  }
  return builder.columns();
}
