// The labels of a project as the formats write them.
import type { Box } from '../../shared/model.ts';
import type { ExportDataset } from '../formats/dataset-format.ts';
import type { StagedBox } from '../formats/staged.ts';
import type { OpenProject } from './projects.ts';
import type { LabelledImage } from './snapshots.ts';

/** Classes in the project's order, every image with its boxes. */
export function labelsForExport(project: OpenProject): ExportDataset {
  const classes = project.classes.list().filter((label) => !label.deleted);
  const indices = new Map(classes.map((label, index) => [label.id, index]));
  const convention = project.datasets.imports()[0]?.convention;
  return {
    classes: classes.map(({ name }) => ({ name })),
    images: [...project.snapshots.now()].map((image) => exportedImage(project, image, indices)),
    ...(convention ? { convention } : {}),
  };
}

function exportedImage(project: OpenProject, image: LabelledImage, indices: ReadonlyMap<number, number>) {
  const { width, height, orientation, split, group, contentHash, extra } = image;
  return {
    path: project.imageFile(image),
    width,
    height,
    orientation,
    boxes: image.boxes.flatMap((box) => exportedBox(box, indices)),
    ...(split === null ? {} : { split }),
    ...(group === null ? {} : { group }),
    ...(contentHash === null ? {} : { hash: contentHash }),
    ...(extra === null ? {} : { extra: { ...extra } }),
  };
}

/** Boxes of deleted classes stay behind. */
function exportedBox(box: Box, indices: ReadonlyMap<number, number>): StagedBox[] {
  const classIndex = indices.get(box.classId);
  if (classIndex === undefined) return [];
  const { x, y, width, height, difficult, truncated, occluded, score, trackId, extra } = box;
  return [
    {
      classIndex,
      x1: x,
      y1: y,
      x2: x + width,
      y2: y + height,
      difficult,
      truncated,
      occluded,
      ...(box.ignore ? { ignore: box.ignoreReason ?? 'ignored' } : {}),
      ...(score === null ? {} : { score }),
      ...(trackId === null ? {} : { trackId }),
      ...(extra === null ? {} : { extra: { ...extra } }),
    },
  ];
}
