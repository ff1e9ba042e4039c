// Average precision as the exact area under the precision-recall curve (PASCAL VOC 2010 on, WIDER FACE).

/** The area under a curve of rising recall, precision made to fall with it. */
export function areaUnderEnvelope(recall: ArrayLike<number>, precision: ArrayLike<number>): number {
  let area = 0;
  let best = 0;
  for (let i = recall.length - 1; i >= 0; i--) {
    best = Math.max(best, precision[i] as number);
    area += ((recall[i] as number) - (i > 0 ? (recall[i - 1] as number) : 0)) * best;
  }
  return area;
}
