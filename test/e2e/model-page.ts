// A browser page with TensorFlow.js and an exported model to run in it.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import { chromium } from 'playwright';
import type { RgbImage } from '../../src/main/detector/data/rgb-image.ts';

export interface ModelPage {
  /** What the model of the folder finds. */
  detect(backend: 'wasm' | 'webgl', image: RgbImage): Promise<PageFindings>;
  /** What the folder's own page shows once an image file is chosen in it. */
  choose(image: string): Promise<LabelledBox[]>;
  close(): Promise<void>;
}

export interface LabelledBox {
  readonly label: string;
  readonly score: number;
  readonly box: readonly number[];
}

export interface PageFindings {
  /** What computed it. */
  readonly backend: string;
  readonly boxes: readonly number[];
  readonly scores: readonly number[];
  readonly labels: readonly number[];
}

const packages = resolve(import.meta.dirname, '../../node_modules');
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.wasm': 'application/wasm',
  '.js': 'text/javascript',
};
const html = `<!doctype html><link rel="icon" href="data:,">
<script src="node_modules/@tensorflow/tfjs/dist/tf.min.js"></script>
<script src="node_modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js"></script>`;

/** Graphics by the processor, for machines without a card. */
const graphics = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'];

/** Opens a page in the export folder `folder`. */
export async function openModelPage(executablePath: string, folder: string): Promise<ModelPage> {
  const server = createServer(({ url = '/' }, response) => {
    response.setHeader('content-type', types[extname(url)] ?? 'application/octet-stream');
    const file = fileAt(folder, url);
    if (url !== '/empty.html' && !existsSync(file)) response.writeHead(404).end();
    else response.end(url === '/empty.html' ? html : readFileSync(file));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...graphics] });
  const page = await browser.newPage();
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await page.goto(`${address}/empty.html`);
  return {
    detect: (backend, { height, width, data }) =>
      page.evaluate(runInPage, { backend, height, width, data: [...data] }),
    async choose(image) {
      await page.goto(`${address}/predict.html`);
      const shown = page.locator('pre');
      await shown.getByText('Choose an image').waitFor();
      await page.getByLabel('Image').setInputFiles(image);
      await shown.getByText('[{').waitFor();
      return JSON.parse((await shown.textContent()) ?? '') as LabelledBox[];
    },
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

function fileAt(folder: string, url: string): string {
  const inPackages = url.replace('/node_modules/', '');
  return inPackages === url ? join(folder, url) : join(packages, inPackages);
}

type PageTensorFlow = typeof import('@tensorflow/tfjs-node-gpu') & {
  readonly wasm: { setWasmPaths(folder: string): void };
};

type PageModel = Awaited<ReturnType<PageTensorFlow['loadGraphModel']>>;

/** Runs in the page, which knows nothing of this file. */
async function runInPage(given: {
  backend: string;
  height: number;
  width: number;
  data: number[];
}): Promise<PageFindings> {
  const page = globalThis as unknown as { tf: PageTensorFlow; models?: Record<string, PageModel> };
  const { tf } = page;
  page.models ??= {};
  tf.wasm.setWasmPaths('node_modules/@tensorflow/tfjs-backend-wasm/dist/');
  await tf.setBackend(given.backend);
  // loaded once for each backend, as a page that looks at many images would
  page.models[given.backend] ??= await tf.loadGraphModel('tfjs/model.json');
  const model = page.models[given.backend] as PageModel;
  const image = tf.tensor4d(given.data, [1, given.height, given.width, 3], 'int32');
  const made = (await model.predictAsync(image)) as Record<
    string,
    import('@tensorflow/tfjs-node-gpu').Tensor
  >;
  const read = async (name: string) => [...((await made[name]?.data()) ?? [])];
  return {
    backend: tf.getBackend(),
    boxes: await read('boxes'),
    scores: await read('scores'),
    labels: await read('labels'),
  };
}
