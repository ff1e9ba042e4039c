// Programs that use a SavedModel or a TensorFlow.js model, in Python, in Node and in a browser's page.
import type { Recipe } from '../../shared/recipe.ts';
import {
  nodeProgram,
  type ProgramFacts,
  pythonProgram,
  resampleText,
  resizeOf,
  type Snippet,
} from './usage-snippets.ts';

/** Programs for the SavedModel of a recipe. */
export function savedModelSnippets({ input }: Pick<Recipe, 'input'>, threshold: number | null): Snippet[] {
  const facts = { input, threshold };
  return [
    {
      file: 'predict.py',
      language: 'python',
      install: 'pip install tensorflow numpy pillow',
      run: 'python predict.py sample.jpg',
      text: pythonProgram(facts, {
        imports: 'import tensorflow as tf',
        load: `model = tf.saved_model.load(str(folder / "saved_model"))
detect = model.signatures["serving_default"]`,
        run: `results = detect(image=tf.constant(pixels[None]))
boxes, scores, classes = (results[name].numpy() for name in ("boxes", "scores", "labels"))`,
      }),
    },
    {
      file: 'predict.mjs',
      language: 'js',
      install: 'npm install @tensorflow/tfjs-node sharp',
      run: 'node predict.mjs sample.jpg',
      text: nodeProgram(facts, {
        imports: "import util from 'node:util';",
        load: `// tfjs-node 4.22 calls two functions that Node 23 removed
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const { default: tf } = await import('@tensorflow/tfjs-node');
const model = await tf.node.loadSavedModel(here('saved_model'));`,
        run: `const image = tf.tensor4d(Int32Array.from(pixels), [1, height, width, 3], 'int32');
${readResults('model.predict({ image })', 'dataSync()')}`,
      }),
    },
  ];
}

/** Programs for the TensorFlow.js model of a recipe. */
export function tfjsSnippets({ input }: Pick<Recipe, 'input'>, threshold: number | null): Snippet[] {
  const facts = { input, threshold };
  return [
    {
      file: 'predict.html',
      language: 'html',
      install: 'npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm',
      run: 'npx http-server -o predict.html',
      text: pageText(facts),
    },
    {
      file: 'predict.mjs',
      language: 'js',
      install: 'npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm sharp',
      run: 'node predict.mjs sample.jpg',
      text: nodeProgram(facts, {
        imports: "import * as tf from '@tensorflow/tfjs';\nimport '@tensorflow/tfjs-backend-wasm';",
        load: `await tf.setBackend('wasm');
const { weightsManifest, ...json } = JSON.parse(readFileSync(here('tfjs/model.json'), 'utf8'));
const [{ paths, weights }] = weightsManifest;
const weightData = new Uint8Array(Buffer.concat(paths.map((path) => readFileSync(here(\`tfjs/\${path}\`))))).buffer;
const model = await tf.loadGraphModel(tf.io.fromMemory({ ...json, weightSpecs: weights, weightData }));`,
        run: `const image = tf.tensor4d(Int32Array.from(pixels), [1, height, width, 3], 'int32');
${readResults('await model.predictAsync(image)', 'dataSync()')}`,
      }),
    },
  ];
}

function readResults(call: string, read: string): string {
  return `const results = ${call};
const [boxes, scores, classes] = ['boxes', 'scores', 'labels'].map((name) => results[name].${read});`;
}

/** A page to choose an image in; it is told what is in it as JSON. */
function pageText(facts: ProgramFacts): string {
  const { long, short, smooth } = resizeOf(facts);
  return `<!doctype html>
<meta charset="utf-8" />
<title>Find objects</title>
<link rel="icon" href="data:," />
<input type="file" accept="image/*" aria-label="Image" />
<pre></pre>
<script src="node_modules/@tensorflow/tfjs/dist/tf.min.js"></script>
<script src="node_modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js"></script>
<script type="module">
// Shows the objects on an image as JSON; boxes are [left, top, right, bottom] in its upright pixels.
tf.wasm.setWasmPaths('node_modules/@tensorflow/tfjs-backend-wasm/dist/');
await tf.setBackend('wasm'); // or 'webgl'
const labels = await (await fetch('labels.json')).json();
const model = await tf.loadGraphModel('tfjs/model.json');
const shown = document.querySelector('pre');
const least = ${facts.threshold ?? 0}; // lowest score
document.querySelector('input').addEventListener('change', async ({ target }) => {
  shown.textContent = JSON.stringify(await detect(target.files[0]));
});
shown.textContent = 'Choose an image.';

async function detect(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image', colorSpaceConversion: 'none' });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
  canvas.fillStyle = 'white';
  canvas.fillRect(0, 0, bitmap.width, bitmap.height);
  canvas.drawImage(bitmap, 0, 0);
  const { data } = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
  const rgb = data.filter((_, i) => i % 4 !== 3);

  const factor = Math.min(${long} / Math.max(bitmap.width, bitmap.height), ${short} / Math.min(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.trunc(side * factor + 0.5)));
  const narrow = resample(rgb, bitmap.height, bitmap.width, width, 3);
  const pixels = resample(narrow, 1, bitmap.height, height, width * 3);

  const image = tf.tensor4d(Int32Array.from(pixels), [1, height, width, 3], 'int32');
  const results = await model.predictAsync(image);
  const read = ['boxes', 'scores', 'labels'].map((name) => results[name].data());
  const [boxes, scores, classes] = await Promise.all(read);
  tf.dispose([image, results]);
  const scale = [width / bitmap.width, height / bitmap.height, width / bitmap.width, height / bitmap.height];
  const found = [...scores].map((score, i) => ({
    label: labels[classes[i]],
    score,
    box: scale.map((factor, side) => boxes[i * 4 + side] / factor),
  }));
  return found.filter(({ score }) => score >= least);
}

${resampleText(smooth)}</script>
`;
}
