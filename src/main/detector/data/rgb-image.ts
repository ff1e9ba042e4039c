// Pixels in memory: the one form every step between the file and the batch takes and gives.

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Upright 8-bit RGB, `data` [height, width, 3] row-major. Shared by the cache: steps answer with a new one. */
export interface RgbImage extends Size {
  readonly data: Uint8Array;
}
