// What the user decided about a dataset before it comes in: names, merges and omissions of classes, where splits go.

import type { ImportChoices } from '../../shared/contract/imports.ts';
import { counted } from '../../shared/counted.ts';
import type { StagedBox, StagedDataset, StagedImage } from '../formats/staged.ts';
import { className } from './classes.ts';
import type { Sliced } from './slices.ts';

type Choices = Pick<ImportChoices, 'classes' | 'splits'>;

/** The dataset with classes renamed, merged and left out, and its splits moved. May be set aside. */
export function* withChoices(dataset: StagedDataset, choices: Choices): Sliced<StagedDataset> {
  const { classes, moved } = chosenClasses(dataset, choices.classes);
  let left = 0;
  const keep = (box: StagedBox): StagedBox[] => {
    const classIndex = moved[box.classIndex];
    if (classIndex !== undefined) return [{ ...box, classIndex }];
    left += 1;
    return [];
  };
  const images: StagedImage[] = [];
  for (const { split, ...image } of dataset.images) {
    const side = choices.splits[split ?? 'none'];
    images.push({ ...image, boxes: image.boxes.flatMap(keep), ...(side !== 'none' && { split: side }) });
    yield;
  }
  const warnings = [
    ...dataset.warnings,
    ...(left > 0
      ? [
          `${counted(left, 'box of a class that was not wanted was', 'boxes of classes that were not wanted were')} left out.`,
        ]
      : []),
  ];
  return { ...dataset, classes, images, warnings };
}

/** The classes that remain, and for each old index the new one. */
function chosenClasses(dataset: StagedDataset, wanted: Choices['classes']) {
  const classes: StagedDataset['classes'] = [];
  const byName = new Map<string, number>();
  const moved = dataset.classes.map((label, index) => {
    const name = wanted[String(index)] === undefined ? label.name : wanted[String(index)];
    if (name === null || name === undefined || className(name) === '') return undefined;
    const known = byName.get(className(name));
    if (known !== undefined) return known;
    byName.set(className(name), classes.length);
    classes.push({ ...label, name: className(name) });
    return classes.length - 1;
  });
  return { classes, moved };
}
