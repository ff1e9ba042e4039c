// What label files of a format cannot say to other programs. Ours reads everything back from places of its own.
import { counted } from '../../shared/counted.ts';
import { type BoxTrait, boxTraits } from '../db/label-counts.ts';

/** What a format does with a box that has a trait, and with several: the end of a sentence that begins with their number. */
type Loss = readonly [one: string, other: string];
type Losses = Readonly<Partial<Record<BoxTrait, Loss>>>;

const kept = 'kept where only this program looks';

function unmarked(mark: string, program: string): Loss {
  const cannot = `marked ${mark}, which ${program} cannot say: the`;
  return [`box is ${cannot} mark is ${kept}`, `boxes are ${cannot} marks are ${kept}`];
}

function unsaid(what: string, program: string): Loss {
  const cannot = `which ${program} cannot say: the ${what}`;
  return [`box has a ${what}, ${cannot} is ${kept}`, `boxes have a ${what}, ${cannot}s are ${kept}`];
}

function takenFor(program: string, reason: string): Loss {
  return [
    `ignored region looks like an object of its class to ${program}${reason}`,
    `ignored regions look like objects of their class to ${program}${reason}`,
  ];
}

/** What CVAT shows beside the box. */
function attributed(one: string, other: string, rest = ''): Loss {
  return [
    `box ${one}: CVAT shows it as an attribute${rest}`,
    `boxes ${other}: CVAT shows it as an attribute${rest}`,
  ];
}

function leftOut(of: string, trainer: string): Loss {
  return [
    `ignored region is left out of ${of}: ${trainer} on it as background`,
    `ignored regions are left out of ${of}: ${trainer} on them as background`,
  ];
}

const hasNone = (program: string) => takenFor('other programs', `: ${program} has no such regions`);

const losses: Readonly<Record<string, Losses>> = {
  coco: {
    ignored: [
      'ignored region is written as iscrowd, which COCO tools leave out of loss and AP',
      'ignored regions are written as iscrowd, which COCO tools leave out of loss and AP',
    ],
    difficult: unmarked('difficult', 'COCO'),
    truncated: unmarked('truncated', 'COCO'),
    occluded: unmarked('occluded', 'COCO'),
    tracked: unsaid('track', 'COCO'),
    thin: [
      'box is less than a pixel wide or high: mmdetection leaves it out',
      'boxes are less than a pixel wide or high: mmdetection leaves those out',
    ],
  },
  voc: {
    ignored: hasNone('VOC'),
    scored: unsaid('score', 'VOC'),
    tracked: unsaid('track', 'VOC'),
    thin: [
      'box is less than a pixel wide or high: programs that read whole pixels lose it',
      'boxes are less than a pixel wide or high: programs that read whole pixels lose them',
    ],
  },
  yolo: {
    ignored: leftOut('the label files', 'other programs train'),
    difficult: unmarked('difficult', 'YOLO'),
    truncated: unmarked('truncated', 'YOLO'),
    occluded: unmarked('occluded', 'YOLO'),
    scored: unsaid('score', 'YOLO'),
    tracked: unsaid('track', 'YOLO'),
    outside: [
      'box reaches outside its image and is cut at its edge, since YOLO drops such images whole',
      'boxes reach outside their image and are cut at its edge, since YOLO drops such images whole',
    ],
  },
  cvat: {
    ignored: takenFor('CVAT', ', with an attribute that says more'),
    difficult: attributed('is marked difficult', 'are marked difficult'),
    truncated: attributed('is marked truncated', 'are marked truncated'),
    scored: attributed('has a score', 'have a score'),
    tracked: attributed('has a track', 'have a track', ', not as a track'),
  },
  'label-studio': {
    ignored: hasNone('Label Studio'),
    difficult: unmarked('difficult', 'Label Studio'),
    truncated: unmarked('truncated', 'Label Studio'),
    occluded: unmarked('occluded', 'Label Studio'),
    tracked: unsaid('track', 'Label Studio'),
  },
  labelme: {
    ignored: hasNone('labelme'),
    truncated: unmarked('truncated', 'labelme'),
    occluded: unmarked('occluded', 'labelme'),
    tracked: unsaid('track', 'labelme'),
  },
  createml: {
    ignored: leftOut('the annotations', 'Create ML trains'),
    difficult: unmarked('difficult', 'Create ML'),
    truncated: unmarked('truncated', 'Create ML'),
    occluded: unmarked('occluded', 'Create ML'),
  },
};

/** One sentence for each thing that readers of `format` will not see as it is in the project. */
export function lossesOf(counts: Readonly<Record<BoxTrait, number>>, format: string): string[] {
  return boxTraits.flatMap((trait) => {
    const loss = losses[format]?.[trait];
    return loss === undefined || counts[trait] === 0 ? [] : [`${counted(counts[trait], ...loss)}.`];
  });
}
