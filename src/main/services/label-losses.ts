// What label files of a format cannot say to other programs. Ours reads everything back from places of its own.
import { type BoxTrait, boxTraits } from '../db/label-counts.ts';

/** What a format does with boxes that have a trait, as the end of a sentence that begins with their number. */
type Losses = Readonly<Partial<Record<BoxTrait, string>>>;

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
  'label-studio': {
    ignored:
      'ignored regions look like objects of their class to other programs: Label Studio has no such regions',
    difficult: `boxes are marked difficult, which Label Studio cannot say: the marks ${kept}`,
    truncated: `boxes are marked truncated, which Label Studio cannot say: the marks ${kept}`,
    occluded: `boxes are marked occluded, which Label Studio cannot say: the marks ${kept}`,
    tracked: `boxes have a track, which Label Studio cannot say: the tracks ${kept}`,
  },
  labelme: {
    ignored:
      'ignored regions look like objects of their class to other programs: labelme has no such regions',
    truncated: `boxes are marked truncated, which labelme cannot say: the marks ${kept}`,
    occluded: `boxes are marked occluded, which labelme cannot say: the marks ${kept}`,
    tracked: `boxes have a track, which labelme cannot say: the tracks ${kept}`,
  },
  createml: {
    ignored: 'ignored regions are left out of the annotations: Create ML trains on them as background',
    difficult: `boxes are marked difficult, which Create ML cannot say: the marks ${kept}`,
    truncated: `boxes are marked truncated, which Create ML cannot say: the marks ${kept}`,
    occluded: `boxes are marked occluded, which Create ML cannot say: the marks ${kept}`,
  },
};

/** One sentence for each thing that readers of `format` will not see as it is in the project. */
export function lossesOf(counts: Readonly<Record<BoxTrait, number>>, format: string): string[] {
  return boxTraits.flatMap((trait) => {
    const loss = losses[format]?.[trait];
    return loss === undefined || counts[trait] === 0 ? [] : [`${counts[trait]} ${loss}.`];
  });
}
