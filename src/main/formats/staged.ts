// A dataset as read from files, before it is committed to a project.
// Boxes are float64 `[x1, y1, x2, y2)` in upright (EXIF applied) pixels; nothing is clipped or rounded.

export interface StagedDataset {
  format: string;
  convention?: string;
  /** The user or an export of ours says that it is this one. */
  isConventionStated?: boolean;
  /** `isUnnamed`: the source has an id for it and no name. */
  /** Which of several kinds of labels were taken, and those there are; absent where there is no choice. */
  variant?: { readonly chosen: string; readonly choices: readonly string[] };
  classes: { name: string; sourceId?: string | number; isUnnamed?: boolean }[];
  images: StagedImage[];
  skipped: { file: string; reason: string }[];
  warnings: string[];
}

export interface StagedImage {
  /** Absolute. */
  path: string;
  /** Upright size in pixels. */
  width: number;
  height: number;
  /** EXIF orientation, 1..8. */
  orientation: number;
  split?: 'train' | 'val' | 'test';
  boxes: StagedBox[];
  /** Boxes and shapes that the labels state and that could not be taken: without them the image is not finished. */
  lost?: number;
  /** A model's labels, which nobody has looked at. */
  isDraft?: boolean;
  group?: string;
  /** sha256 of the file's bytes, hex. */
  hash?: string;
  /** Unknown keys of the source, written back on export. */
  extra?: Record<string, unknown>;
}

export interface StagedBox {
  classIndex: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  /** Why the box counts neither as object nor as background. */
  ignore?: string;
  difficult?: boolean;
  truncated?: boolean;
  occluded?: boolean;
  score?: number;
  trackId?: string;
  extra?: Record<string, unknown>;
}
