// The blood-cell pictures of BCCD_DIR with their labels, read apart from the product's own reader.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import type { Sample } from '../../src/main/detector/data/loader.ts';
import { bccdDir } from '../golden/fixture.ts';

interface VocFile {
  readonly annotation: {
    readonly object?: readonly { readonly name: string; readonly bndbox: Readonly<Record<string, string>> }[];
  };
}

/** A picture's labels: the numbers of its XML file as they are; boxes without area are no ground truth. */
export function readVoc(fileName: string, classes: readonly string[]): Omit<Sample, 'width' | 'height'> {
  const file = join(bccdDir(), 'Annotations', fileName.replace(/\.\w+$/, '.xml'));
  const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'object' });
  const { annotation } = parser.parse(readFileSync(file, 'utf8')) as VocFile;
  const objects = (annotation.object ?? [])
    .map(({ name, bndbox }) => ({
      label: classes.indexOf(name),
      box: ['xmin', 'ymin', 'xmax', 'ymax'].map((side) => Number(bndbox[side])),
    }))
    .filter(({ box: [x1 = 0, y1 = 0, x2 = 0, y2 = 0] }) => x2 > x1 && y2 > y1);
  return {
    path: join(bccdDir(), 'JPEGImages', fileName),
    boxes: Float32Array.from(objects.flatMap(({ box }) => box)),
    labels: Int32Array.from(objects, ({ label }) => label),
    ignore: new Float32Array(0),
  };
}
