/** What every kind of exported model can do: be written from the graphs of a detector, and be opened again to run. */
import type { RgbImage } from '../data/rgb-image.ts';
import type { Detections } from '../engine/detect-batch.ts';
import type { Graph } from './graph.ts';

/** How weights are kept in the file; the arithmetic stays float32. `uint8` is TensorFlow.js' alone. */
export type WeightType = 'float32' | 'float16' | 'uint8';

export interface WriteRequest {
  /** From an image's bytes to its detections; see detector-graph.ts. */
  readonly detections: Graph;
  /** To the head's maps, for other runtimes; where it is asked for. */
  readonly heads?: Graph;
  readonly weights: WeightType;
  /** Kept in the file where the format can: class names, recipe. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Finds objects on one image: upright RGB at the network's scale. */
export interface ImageDetector {
  /** Boxes in pixels of `image`, by falling score. */
  detect(image: RgbImage): Promise<Detections>;
  close(): Promise<void>;
}

export interface ExportedDetector extends ImageDetector {
  /** What runs it, with its version. */
  readonly runtime: string;
  /** As it was written; empty where the format keeps none. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ExportFormat {
  /** The file in the export folder that stands for the model. */
  readonly mainFile: string;
  /** Writes the files into the folder and gives their names, `mainFile` among them. */
  write(request: WriteRequest, folder: string): Promise<string[]>;
  /** Opens `mainFile`, wherever it lies. Throws a Problem where it cannot be run. */
  open(file: string): Promise<ExportedDetector>;
}
