// What label files of a format cannot say to other programs. Ours reads everything back from places of its own.
import type { ExportDataset } from '../formats/dataset-format.ts';
import type { StagedBox, StagedImage } from '../formats/staged.ts';

type Trait = 'ignored' | 'difficult' | 'truncated' | 'occluded' | 'scored' | 'tracked' | 'outside' | 'thin';

/** What a format does with boxes that have a trait, as the end of a sentence that begins with their number. */
type Losses = Readonly<Partial<Record<Trait, string>>>;

const kept = 'are kept where only this program looks';

const losses: Readonly<Record<string, Losses>> = {
  coco: {
    ignored: 'ignored regions are written as iscrowd, which COCO tools leave out of loss and AP',
    difficult: `boxes are marked difficult, which COCO cannot say: the marks ${kept}`,
    truncated: `boxes are marked truncated, which COCO cannot say: the marks ${kept}`,
    occluded: `boxes are marked occluded, which COCO cannot say: the marks ${kept}`,
    tracked: `boxes have a track, which COCO cannot say: the tracks ${kept}`,
    thin: 'boxes are less than a pixel wide or high: mmdetection leaves those out',
  },
  voc: {
    ignored: 'ignored regions look like objects of their class to other programs: VOC has no such regions',
    scored: `boxes have a score, which VOC cannot say: the scores ${kept}`,
    tracked: `boxes have a track, which VOC cannot say: the tracks ${kept}`,
    thin: 'boxes are less than a pixel wide or high: programs that read whole pixels lose them',
  },
  yolo: {
    ignored: 'ignored regions are left out of the label files: other programs train on them as background',
    difficult: `boxes are marked difficult, which YOLO cannot say: the marks ${kept}`,
    truncated: `boxes are marked truncated, which YOLO cannot say: the marks ${kept}`,
    occluded: `boxes are marked occluded, which YOLO cannot say: the marks ${kept}`,
    scored: `boxes have a score, which YOLO cannot say: the scores ${kept}`,
    tracked: `boxes have a track, which YOLO cannot say: the tracks ${kept}`,
    outside: 'boxes reach outside their image and are cut at its edge, since YOLO drops such images whole',
  },
  cvat: {
    ignored: 'ignored regions look like objects of their class to CVAT, with an attribute that says more',
    difficult: 'boxes are marked difficult: CVAT shows it as an attribute',
    truncated: 'boxes are marked truncated: CVAT shows it as an attribute',
    scored: 'boxes have a score: CVAT shows it as an attribute',
    tracked: 'boxes have a track: CVAT shows it as an attribute, not as a track',
  },
  createml: {
    ignored: 'ignored regions are left out of the annotations: Create ML trains on them as background',
    difficult: `boxes are marked difficult, which Create ML cannot say: the marks ${kept}`,
    truncated: `boxes are marked truncated, which Create ML cannot say: the marks ${kept}`,
    occluded: `boxes are marked occluded, which Create ML cannot say: the marks ${kept}`,
  },
};

const hasTrait: Readonly<Record<Trait, (box: StagedBox, image: StagedImage) => boolean>> = {
  ignored: (box) => box.ignore !== undefined,
  difficult: (box) => box.difficult === true,
  truncated: (box) => box.truncated === true,
  occluded: (box) => box.occluded === true,
  scored: (box) => box.score !== undefined,
  tracked: (box) => box.trackId !== undefined,
  outside: (box, image) => box.x1 < 0 || box.y1 < 0 || box.x2 > image.width || box.y2 > image.height,
  thin: (box) => box.x2 - box.x1 < 1 || box.y2 - box.y1 < 1,
};

/** One sentence for each thing that readers of `format` will not see as it is in the project. */
export function lossesOf({ images }: ExportDataset, format: string): string[] {
  const counts = new Map<Trait, number>();
  const traits = Object.keys(losses[format] ?? {}) as Trait[];
  for (const image of images) {
    for (const box of image.boxes) {
      for (const trait of traits) {
        if (hasTrait[trait](box, image)) counts.set(trait, (counts.get(trait) ?? 0) + 1);
      }
    }
  }
  return traits.flatMap((trait) => {
    const count = counts.get(trait) ?? 0;
    return count === 0 ? [] : [`${count} ${losses[format]?.[trait]}.`];
  });
}
