// The picture of the image being labelled, and those of its neighbours, ready before they are asked for.
import type { ImageRecord } from '../../shared/model.ts';
import { isLarge } from '../../shared/pyramid.ts';
import { imageUrl, tileUrl } from '../client.ts';
import { Picture, sizeOf } from '../labeling/picture.ts';
import { Tiles } from '../labeling/tiles.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { gallery } from './gallery.svelte.ts';

/** Images kept decoded around the one in sight. */
const KEPT = 5;
/** An image that was looked at so long gets its tiles before they are wanted. */
const RESTED_MS = 600;

class Pictures {
  shown = $state.raw<Picture>();
  /** Grows when more of the picture is there than was painted. */
  version = $state(0);
  /** Why the picture cannot be shown. */
  trouble = $state<string>();
  /** Whether the picture in sight could be read, once that is known. */
  #read: Promise<boolean> = Promise.resolve(false);
  #imageId: number | undefined;
  readonly #cuts = new Map<number, Promise<void>>();
  readonly #kept = new Map<number, Promise<Picture>>();

  clear(): void {
    this.shown = undefined;
    this.trouble = undefined;
    this.#imageId = undefined;
    this.#kept.clear();
    this.#cuts.clear();
  }

  /** Shows the picture of the image in sight where it could not be: its file may have been found meanwhile. */
  tryAgain(image: ImageRecord): void {
    if (this.trouble !== undefined) this.show(image);
  }

  /** Shows the picture of an image as soon as it is there, then readies its neighbours. */
  show(image: ImageRecord): void {
    this.trouble = undefined;
    this.shown = undefined;
    this.#imageId = image.id;
    const picture = this.#pictureOf(image);
    this.#read = picture.then(
      () => true,
      () => false,
    );
    picture.then(
      (picture) => {
        if (this.#imageId !== image.id) return;
        this.shown = picture;
        void this.#readyNeighbours(image.id);
        if (picture.tiles) setTimeout(() => this.#cutIfInSight(image.id), RESTED_MS);
      },
      () => {
        this.#kept.delete(image.id);
        if (this.#imageId === image.id)
          this.trouble = t('The file of {path} is missing or damaged. Its boxes are safe.', {
            path: image.path,
          });
      },
    );
  }

  /** True once the picture in sight is there; false where its file cannot be read. */
  isRead(): Promise<boolean> {
    return this.#read;
  }

  async #readyNeighbours(id: number): Promise<void> {
    const ids = ([1, -1] as const).flatMap((direction) => gallery.neighbour(id, direction) ?? []);
    const records = await app.client.images.thumbnails({ ids }).catch(() => []);
    if (this.#imageId !== id) return;
    // a neighbour that cannot be read says so when it is its turn
    for (const { image } of records) this.#pictureOf(image).catch(() => this.#kept.delete(image.id));
  }

  /** The picture, from the few kept or being loaded. */
  #pictureOf(image: ImageRecord): Promise<Picture> {
    const known = this.#kept.get(image.id);
    this.#kept.delete(image.id);
    const picture = known ?? this.#load(image);
    this.#kept.set(image.id, picture);
    for (const old of [...this.#kept.keys()].slice(0, -KEPT)) this.#kept.delete(old);
    return picture;
  }

  async #load(image: ImageRecord): Promise<Picture> {
    const project = app.project?.id ?? '';
    const large = isLarge(image);
    const whole = await decoded(imageUrl(project, image.id, large ? 'preview' : 'image'));
    const picture = new Picture(whole, large ? this.#tilesOf(image, sizeOf(whole)) : undefined);
    picture.copy(() => this.version++).catch(() => undefined);
    return picture;
  }

  #cutIfInSight(id: number): void {
    if (this.#imageId === id) this.#cut(app.project?.id ?? '', id).catch(() => undefined);
  }

  /** Asks for the tiles of an image once; again where that failed. */
  #cut(project: string, imageId: number): Promise<void> {
    const known = this.#cuts.get(imageId);
    if (known) return known;
    const cut = app.client.pictures.cut({ project, imageId });
    this.#cuts.set(imageId, cut);
    cut.catch(() => this.#cuts.delete(imageId));
    return cut;
  }

  /** Cut on the backend when the first is wanted; until they are, the small copy has to do. */
  #tilesOf(image: ImageRecord, base: { width: number; height: number }) {
    const project = app.project?.id ?? '';
    return new Tiles(image, base, {
      load: async (tile) => {
        await this.#cut(project, image.id);
        return await createImageBitmap(await decoded(tileUrl(project, image.id, tile)));
      },
      onTile: () => this.version++,
    });
  }
}

async function decoded(src: string): Promise<HTMLImageElement> {
  const picture = Object.assign(new Image(), { src });
  await picture.decode();
  return picture;
}

export const pictures = new Pictures();
