// Resized images in memory up to a budget. First come, first kept: epochs visit every image once, in changing order,
// so that throwing out the oldest would throw out what comes next.

import { DecodePool } from './decode-pool.ts';
import type { ScaledImage, ScaleRequest } from './scaled-image.ts';

export interface StoreConfig {
  /** Threads that decode; 0 decodes on the calling one. */
  readonly workers: number;
  /** Bytes of pixels to keep. */
  readonly cacheBytes: number;
}

export class ImageStore {
  readonly #pool: DecodePool;
  readonly #budget: number;
  readonly #kept = new Map<string, ScaledImage>();
  readonly #underway = new Map<string, Promise<ScaledImage>>();
  #bytes = 0;

  constructor({ workers, cacheBytes }: StoreConfig) {
    this.#pool = new DecodePool(workers);
    this.#budget = cacheBytes;
  }

  /** Bytes of pixels kept. */
  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#kept.size;
  }

  /** The image of `request`, from memory where it is kept. Its pixels are shared: do not write to them. */
  read(request: ScaleRequest): Promise<ScaledImage> {
    const key = `${request.scale.long}x${request.scale.short} ${request.resample} ${request.path}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return Promise.resolve(kept);
    const underway = this.#underway.get(key);
    if (underway !== undefined) return underway;
    const reading = this.#readAndKeep(key, request).finally(() => this.#underway.delete(key));
    this.#underway.set(key, reading);
    return reading;
  }

  close(): Promise<void> {
    this.#kept.clear();
    this.#bytes = 0;
    return this.#pool.close();
  }

  async #readAndKeep(key: string, request: ScaleRequest): Promise<ScaledImage> {
    const scaled = await this.#pool.read(request);
    const bytes = scaled.image.data.byteLength;
    if (this.#bytes + bytes <= this.#budget) {
      this.#kept.set(key, scaled);
      this.#bytes += bytes;
    }
    return scaled;
  }
}
