// Generalised IoU loss on decoded boxes (Rezatofighi et al. 2019), with its gradient in closed form.

/** Smallest union and enclosing area. */
const EPSILON = 1e-7;

/**
 * 1 - GIoU of the boxes `pred` and `target`, both xyxy; the gradient on `pred` goes to `onPred`. Where two edges
 * coincide each side of a minimum or maximum takes half of the gradient.
 */
export function giouLoss(pred: ArrayLike<number>, target: ArrayLike<number>, onPred: Float64Array): number {
  const x = axisTerms(pred, target, 0);
  const y = axisTerms(pred, target, 1);
  const overlap = x.overlap * y.overlap;
  const predArea = x.predSide * y.predSide;
  const rawUnion = predArea + x.targetSide * y.targetSide - overlap;
  const rawHull = x.hull * y.hull;
  const union = Math.max(rawUnion, EPSILON);
  const hull = Math.max(rawHull, EPSILON);

  // loss = 2 - overlap / union - union / hull
  const onUnion = rawUnion > EPSILON ? overlap / union ** 2 - 1 / hull : 0;
  const onOverlap = -1 / union - onUnion;
  const onHull = rawHull > EPSILON ? union / hull ** 2 : 0;
  spread(onPred, 0, x, onOverlap * y.overlap, onUnion * y.predSide, onHull * y.hull);
  spread(onPred, 1, y, onOverlap * x.overlap, onUnion * x.predSide, onHull * x.hull);
  return 2 - overlap / union - union / hull;
}

interface AxisTerms {
  readonly overlap: number;
  readonly hull: number;
  readonly predSide: number;
  readonly targetSide: number;
  /** How much of the low and of the high edge of the prediction bounds the overlap: 0, 1/2 or 1. */
  readonly lowBounds: number;
  readonly highBounds: number;
}

function axisTerms(pred: ArrayLike<number>, target: ArrayLike<number>, axis: number): AxisTerms {
  const [low, high] = [pred[axis] as number, pred[axis + 2] as number];
  const [targetLow, targetHigh] = [target[axis] as number, target[axis + 2] as number];
  return {
    overlap: Math.max(Math.min(high, targetHigh) - Math.max(low, targetLow), 0),
    hull: Math.max(Math.max(high, targetHigh) - Math.min(low, targetLow), 0),
    predSide: high - low,
    targetSide: targetHigh - targetLow,
    lowBounds: step(low - targetLow),
    highBounds: step(targetHigh - high),
  };
}

function step(difference: number): number {
  if (difference === 0) return 0.5;
  return difference > 0 ? 1 : 0;
}

/** Adds up what an axis' overlap, side and hull pass on to the two edges of the prediction. */
function spread(
  onPred: Float64Array,
  axis: number,
  terms: AxisTerms,
  onOverlap: number,
  onSide: number,
  onHull: number,
): void {
  const overlapping = terms.overlap > 0 ? onOverlap : 0;
  onPred[axis] = -overlapping * terms.lowBounds - onSide - onHull * (1 - terms.lowBounds);
  onPred[axis + 2] = overlapping * terms.highBounds + onSide + onHull * (1 - terms.highBounds);
}
