// Programs that use an exported model: written into its folder and its card, and run by the tests as they stand.
import type { Recipe } from '../../shared/recipe.ts';

export interface Snippet {
  readonly file: string;
  readonly language: string;
  /** What it needs, as a command. */
  readonly install: string;
  readonly run: string;
  readonly text: string;
}

/** The parts of a program that depend on the runtime. */
export interface RuntimeText {
  readonly imports: string;
  /** Opens the model. */
  readonly load: string;
  /** From `pixels` to `boxes`, `scores` and `classes`. */
  readonly run: string;
}

/** What a program is made for: how images are resized, and the score from which detections are wanted (null: all). */
export interface ProgramFacts extends Pick<Recipe, 'input'> {
  readonly threshold: number | null;
}

/** Programs for the ONNX model of a recipe. */
export function onnxSnippets({ input }: Pick<Recipe, 'input'>, threshold: number | null): Snippet[] {
  const facts = { input, threshold };
  return [
    {
      file: 'predict.py',
      language: 'python',
      install: 'pip install onnxruntime numpy pillow',
      run: 'python predict.py sample.jpg',
      text: pythonProgram(facts, {
        imports: 'import onnxruntime',
        load: 'session = onnxruntime.InferenceSession(folder / "model.onnx")',
        run: 'boxes, scores, classes = session.run(["boxes", "scores", "labels"], {"image": pixels[None]})',
      }),
    },
    {
      file: 'predict.mjs',
      language: 'js',
      install: 'npm install onnxruntime-node sharp',
      run: 'node predict.mjs sample.jpg',
      text: nodeProgram(facts, {
        imports: "import ort from 'onnxruntime-node';",
        load: "const session = await ort.InferenceSession.create(here('model.onnx'));",
        run: `const image = new ort.Tensor('uint8', new Uint8Array(pixels.buffer), [1, height, width, 3]);
const results = await session.run({ image });
const [boxes, scores, classes] = ['boxes', 'scores', 'labels'].map((name) => results[name].data);`,
      }),
    },
  ];
}

/** Size and filter that images are resized with. */
export function resizeOf({ input }: Pick<Recipe, 'input'>) {
  const { long, short } = input.scales.at(-1) ?? { long: 0, short: 0 };
  return { long, short, smooth: input.resample === 'antialias' };
}

/** A program in Python that prints what it finds on an image. */
export function pythonProgram(facts: ProgramFacts, { imports, load, run }: RuntimeText): string {
  const { long, short, smooth } = resizeOf(facts);
  return `# Prints the objects on an image as JSON; boxes are [left, top, right, bottom] in its upright pixels.
# After the image a lowest score may be given.
import json
import pathlib
import sys

import numpy as np
${imports}
from PIL import Image, ImageOps

folder = pathlib.Path(__file__).parent
labels = json.loads((folder / "labels.json").read_text())
least = float(sys.argv[2]) if len(sys.argv) > 2 else ${facts.threshold ?? 0}
${load}
${smooth ? '' : pythonBilinear}
image = ImageOps.exif_transpose(Image.open(sys.argv[1])).convert("RGB")
factor = min(${long} / max(image.size), ${short} / min(image.size))
width, height = (max(1, int(side * factor + 0.5)) for side in image.size)
pixels = ${smooth ? 'np.asarray(image.resize((width, height), Image.BILINEAR))' : 'resize(np.asarray(image), width, height)'}

${run}
boxes = boxes / np.tile([width / image.width, height / image.height], 2)
found = zip(classes.tolist(), scores.tolist(), boxes.tolist())
print(json.dumps([{"label": labels[c], "score": s, "box": box} for c, s, box in found if s >= least]))
`;
}

/** OpenCV's bilinear, which the model was trained with: Pillow's smooths. */
const pythonBilinear = `

def mix(pixels, size, axis):
    """Bilinear along one axis, from the two nearest pixels alone."""
    at = ((np.arange(size) + 0.5) * pixels.shape[axis] / size - 0.5).clip(0, pixels.shape[axis] - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, pixels.shape[axis] - 1)
    part = (at - low).reshape([-1 if i == axis else 1 for i in range(3)])
    return pixels.take(low, axis) * (1 - part) + pixels.take(high, axis) * part


def resize(pixels, width, height):
    return np.rint(mix(mix(pixels, width, 1), height, 0)).astype(np.uint8)

`;

/** A program in Node that prints what it finds on an image. */
export function nodeProgram(facts: ProgramFacts, { imports, load, run }: RuntimeText): string {
  const { long, short, smooth } = resizeOf(facts);
  return `// Prints the objects on an image as JSON; boxes are [left, top, right, bottom] in its upright pixels.
// After the image a lowest score may be given.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
${imports}

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const labels = JSON.parse(readFileSync(here('labels.json'), 'utf8'));
const least = Number(process.argv[3] ?? ${facts.threshold ?? 0});
${load}

const source = sharp(process.argv[2]).rotate().flatten({ background: 'white' }).toColourspace('srgb');
const { data, info } = await source.raw().toBuffer({ resolveWithObject: true });
const factor = Math.min(${long} / Math.max(info.width, info.height), ${short} / Math.min(info.width, info.height));
const [width, height] = [info.width, info.height].map((side) => Math.max(1, Math.trunc(side * factor + 0.5)));
const narrow = resample(rgb(data, info.channels), info.height, info.width, width, 3);
const pixels = resample(narrow, 1, info.height, height, width * 3);

${run}
const scale = [width / info.width, height / info.height, width / info.width, height / info.height];
const found = [...scores].map((score, i) => ({
  label: labels[classes[i]],
  score,
  box: scale.map((factor, side) => boxes[i * 4 + side] / factor),
}));
console.log(JSON.stringify(found.filter(({ score }) => score >= least)));

${resampleText(smooth)}
/** Three channels a pixel, from one (grey) or three. */
function rgb(bytes, channels) {
  if (channels === 3) return bytes;
  return Uint8Array.from({ length: (bytes.length / channels) * 3 }, (_, i) => bytes[Math.floor(i / 3) * channels]);
}
`;
}

/** The resize of the recipe, as a function of a program in JavaScript. */
export function resampleText(smooth: boolean): string {
  return `/** Bytes [outer, from, inner] resampled to [outer, to, inner] by a triangle filter${smooth ? ' as wide as the shrinking asks for' : ' over the two nearest pixels'}. */
function resample(bytes, outer, from, to, inner) {
  const out = new Uint8ClampedArray(outer * to * inner);
  const reach = ${smooth ? 'Math.max(from / to, 1)' : '1'};
  for (let i = 0; i < to; i++) {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const count = Math.min(from - 1, Math.floor(centre + reach)) - first + 1;
    const weights = Array.from({ length: count }, (_, k) => 1 - Math.abs(first + k - centre) / reach);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let o = 0; o < outer; o++) {
      for (let c = 0; c < inner; c++) {
        let sum = 0;
        for (let k = 0; k < count; k++) sum += weights[k] * bytes[(o * from + first + k) * inner + c];
        out[(o * to + i) * inner + c] = sum / total;
      }
    }
  }
  return out;
}
`;
}
