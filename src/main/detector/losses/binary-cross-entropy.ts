// Binary cross-entropy on a logit, with its gradient: the loss of the IoU branch.

/** Loss of `logit` against a target in 0..1. */
export function binaryCrossEntropy(logit: number, target: number): number {
  return Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit)));
}

/** Gradient of that loss on the logit. */
export function binaryCrossEntropyGradient(logit: number, target: number): number {
  return sigmoid(logit) - target;
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
