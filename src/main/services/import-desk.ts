// Datasets that were looked at and not yet taken in: read once, shown with pictures, then committed as decided. Nothing of
// one is in the project before that.
import { randomUUID } from 'node:crypto';
import type {
  ImportChoices,
  ImportDone,
  ImportReading,
  ImportSource,
  ImportSummary,
} from '../../shared/contract/imports.ts';
import { Problem } from '../../shared/problem.ts';
import { inConvention } from '../formats/conventions.ts';
import { type Inspection, inspect } from '../formats/inspect.ts';
import { stageImport } from '../formats/stage.ts';
import type { StagedDataset, StagedImage } from '../formats/staged.ts';
import { withHashes } from './datasets.ts';
import { withChoices } from './import-choices.ts';
import { summaryOf } from './import-summary.ts';
import { type Crop, croppedPicture, type Picture } from './pictures.ts';
import type { OpenProject } from './projects.ts';
import { inSlices } from './slices.ts';

export interface Watched {
  readonly onProgress: (done: number, total: number, what: string) => void;
  readonly signal?: AbortSignal | undefined;
}

interface Looked {
  readonly token: string;
  readonly source: string;
  /** As it was read, so that it can be read otherwise. */
  readonly raw: StagedDataset;
  /** As it is to come in: the newest reading, which may be under way. */
  inspected: Promise<Inspection>;
}

/** What a picture is cut from. */
type ImagePlace = Pick<StagedImage, 'path' | 'width' | 'height' | 'orientation'>;

/** Windows whose dataset is kept at a time. */
const KEPT = 4;

export class ImportDesk {
  /** By session; the newest last. */
  readonly #looked = new Map<string, Looked>();
  /** What came in last: a window may still be asking for its pictures. */
  #taken: { token: string; images: readonly ImagePlace[] } | undefined;

  /** What an import would bring; nothing is changed. */
  async look(
    project: OpenProject,
    { source, format, convention, variant, images, ignoreDifficult }: Omit<ImportSource, 'project'>,
    session: string,
    { onProgress, signal }: Watched,
  ): Promise<ImportSummary> {
    const { raw, dataset, report } = await stageImport(source, {
      format,
      onFiles: (done, total) => onProgress(done, total, total === 0 ? 'finding files' : 'looking into files'),
      onProgress: (done, total) => onProgress(done, total, 'reading'),
      ...(convention !== undefined && { convention }),
      ...(variant !== undefined && { variant }),
      ...(images !== undefined && { images }),
      ...(ignoreDifficult !== undefined && { ignoreDifficult }),
      ...(signal && { signal }),
    });
    signal?.throwIfAborted();
    const token = randomUUID();
    this.#looked.delete(session);
    this.#looked.set(session, { token, source, raw, inspected: Promise.resolve({ dataset, report }) });
    for (const other of [...this.#looked.keys()].slice(0, -KEPT)) this.#looked.delete(other);
    const known = await project.datasets.known(dataset, signal);
    return summaryOf(project, token, { raw, dataset, report, known });
  }

  /** The same dataset with its coordinates counted in another way; nothing is read again. */
  async convert(
    project: OpenProject,
    { token, convention }: Omit<ImportReading, 'project'>,
  ): Promise<ImportSummary> {
    const looked = this.#lookedAt(token);
    looked.inspected = inConvention(looked.raw, convention).then((read) => inspect(read));
    const { dataset, report } = await looked.inspected;
    const known = await project.datasets.known(dataset);
    return summaryOf(project, token, { raw: looked.raw, dataset, report, known });
  }

  /** Takes in what was looked at, all or nothing; its files stay where they are. */
  async take(
    project: OpenProject,
    { token, deal, existing, ...choices }: Omit<ImportChoices, 'project'>,
    session: string,
    { onProgress, signal }: Watched,
  ): Promise<ImportDone> {
    const looked = this.#lookedAt(token);
    const chosen = await inSlices(withChoices((await looked.inspected).dataset, choices));
    const hashed = await withHashes(chosen, {
      onProgress: (done, total) => onProgress(done, total, 'checking images'),
      signal,
    });
    const named = hashed.images.some((image) => image.split !== undefined);
    const done = await project.datasets.take(
      hashed,
      { session, source: looked.source, existing, splitBy: deal ? 'rest' : named ? 'file' : 'none' },
      { onProgress: (taken, total) => onProgress(taken, total, 'taking in'), signal },
    );
    this.#looked.delete(session);
    this.#taken = { token, images: looked.raw.images.map(placeOf) };
    const splits = project.splits.counts();
    const { images, imagesAdded: added, boxesAdded: boxes, isNews } = done;
    return { images, added, boxes, isNews, splits };
  }

  /** A part of an image that was looked at, upright. Throws a Problem where there is none. */
  async picture(token: string, index: number, crop: Crop | undefined): Promise<Picture> {
    const taken = this.#taken?.token === token ? this.#taken : undefined;
    const image = (taken ?? this.#lookedAt(token).raw).images[index];
    if (!image) throw new Problem('There is no such image in this import.');
    return await croppedPicture(image.path, image, crop);
  }

  /** Forgets everything, when another project is opened. */
  clear(): void {
    this.#looked.clear();
    this.#taken = undefined;
  }

  #lookedAt(token: string): Looked {
    for (const looked of this.#looked.values()) if (looked.token === token) return looked;
    throw new Problem('What was looked at is no longer at hand.', 'Look at the source again.');
  }
}

function placeOf({ path, width, height, orientation }: StagedImage): ImagePlace {
  return { path, width, height, orientation };
}
