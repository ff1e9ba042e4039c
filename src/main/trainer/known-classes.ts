// Weights of a run for a network of other classes: what was learned of a class goes with its name.
import type { ModelTensor } from '../db/checkpoint-model.ts';

/** Score 0.01 before anything is learned of a class, as the head begins (focal loss). */
const UNKNOWN_BIAS = -Math.log((1 - 0.01) / 0.01);
const CLASS_WEIGHTS = /^bbox_head\.(atss_cls|retina_cls|fcos_cls|gfl_cls)\.(weight|bias)$/;

/** The tensors with the rows of the class output in the order of `wanted`; classes without a row begin unknown. */
export function withClasses(
  tensors: ReadonlyMap<string, ModelTensor>,
  known: readonly string[],
  wanted: readonly string[],
): Map<string, ModelTensor> {
  if (known.join('\n') === wanted.join('\n')) return new Map(tensors);
  return new Map(
    [...tensors].map(([name, tensor]) => {
      const kind = CLASS_WEIGHTS.exec(name)?.[2];
      if (kind === undefined || tensor.shape[0] !== known.length) return [name, tensor];
      return [name, reordered(tensor, known, wanted, kind === 'bias' ? UNKNOWN_BIAS : 0)];
    }),
  );
}

function reordered(
  { dtype, shape, data }: ModelTensor,
  known: readonly string[],
  wanted: readonly string[],
  unknown: number,
): ModelTensor {
  const row = data.length / known.length;
  const rows = new Float32Array(wanted.length * row).fill(unknown);
  wanted.forEach((name, index) => {
    const from = known.indexOf(name);
    if (from >= 0) rows.set(data.subarray(from * row, (from + 1) * row), index * row);
  });
  return { dtype, shape: [wanted.length, ...shape.slice(1)], data: rows };
}
