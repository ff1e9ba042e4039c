// What every dataset format offers: recognise a folder, read it, write labels.
import type { ImageHeader } from './image-files.ts';
import type { OutputFolder } from './output-folder.ts';
import type { SourceTree } from './source-tree.ts';
import type { StagedDataset, StagedImage } from './staged.ts';

export interface ReadOptions {
  /** Folder of the images where they do not lie with the labels. */
  readonly images?: string;
  /** The images that the labels are about, where that is known: none is looked for or opened then. */
  readonly known?: KnownImages;
  /** `voc-0-based` (half-open) or `voc-1-based` (inclusive); only Pascal VOC leaves it open. */
  readonly convention?: string;
  /** Which of the labels that a source has side by side are wanted; formats name theirs. */
  readonly variant?: string;
  /** Names that come first, in this order; others follow as they appear. For formats without a class list. */
  readonly classOrder?: readonly string[];
  /** Take boxes marked difficult as ignored. */
  readonly ignoreDifficult?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface KnownImages {
  /** The folder that names start from. */
  readonly root: string;
  /** Absolute path -> size. */
  readonly headers: ReadonlyMap<string, ImageHeader>;
}

/** What is exported: images with boxes in upright half-open pixels, classes in the order to keep. */
export interface ExportDataset {
  readonly classes: readonly { readonly name: string; readonly sourceId?: string | number }[];
  readonly images: readonly StagedImage[];
  /** The convention the labels came with; reused unless the options name another. */
  readonly convention?: string;
}

export interface ExportOptions {
  /** `voc-0-based` or `voc-1-based`; only used by Pascal VOC. */
  readonly convention?: string;
  /** Put a copy of every image where the format expects it. */
  readonly copyImages?: boolean;
  /** Folder that image names start from; the deepest common folder by default. */
  readonly imageRoot?: string;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** What a writer adds to the manifest. */
export interface Written {
  readonly convention: string;
  readonly notes: readonly string[];
  readonly apart?: Apart;
}

/** What stands where only this program looks. */
export interface Apart {
  /** The file, or the key in one. */
  readonly place: string;
  /** Boxes that are nowhere else. */
  readonly boxes: number;
  /** Boxes that are cut at the edge of their image everywhere else. */
  readonly cut: number;
}

export interface DatasetFormat {
  readonly name: string;
  /** How sure it is that the folder or file is of this format, 0..1. */
  detect(source: string, tree: SourceTree): Promise<number>;
  /** Reads labels as they are written, degenerate boxes included: `stageImport` sorts those out. */
  read(source: string, options: ReadOptions, tree: SourceTree): Promise<StagedDataset>;
  /** Writes label files into an empty folder; `exportLabels` makes that safe and adds the manifest. */
  write(dataset: ExportDataset, out: OutputFolder, options: ExportOptions): Promise<Written>;
}
