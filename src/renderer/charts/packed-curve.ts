// Curves as they come by the hundred: columns in base64.
import type { OverlayCurve } from '../../shared/contract/training.ts';
import type { CurveData } from '../../shared/contract.ts';

export function unpackedCurve({ name, steps, values, low, high }: OverlayCurve): CurveData {
  return {
    name,
    steps: Array.from(new Uint32Array(bytesOf(steps))),
    values: numbersOf(values),
    ...(low !== undefined && { low: numbersOf(low) }),
    ...(high !== undefined && { high: numbersOf(high) }),
  };
}

function numbersOf(text: string): (number | null)[] {
  return Array.from(new Float32Array(bytesOf(text)), (number) => (Number.isNaN(number) ? null : number));
}

function bytesOf(text: string): ArrayBuffer {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
  return bytes.buffer;
}
