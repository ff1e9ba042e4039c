// A browser page with TensorFlow.js and an exported model to run in it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import { chromium } from 'playwright';
import type { RgbImage } from '../../src/main/detector/data/rgb-image.ts';

export interface ModelPage {
  /** What the model of `folder` finds in the page. */
  detect(backend: 'wasm' | 'webgl', image: RgbImage): Promise<PageFindings>;
  close(): Promise<void>;
}

export interface PageFindings {
  /** What computed it. */
  readonly backend: string;
  readonly boxes: readonly number[];
  readonly scores: readonly number[];
  readonly labels: readonly number[];
}

const packages = resolve(import.meta.dirname, '../../node_modules/@tensorflow');

/** What the page loads of packages, by its path there. */
const scripts: Readonly<Record<string, string>> = {
  '/tf.js': 'tfjs/dist/tf.min.js',
  '/wasm.js': 'tfjs-backend-wasm/dist/tf-backend-wasm.min.js',
};
const types: Readonly<Record<string, string>> = {
  '': 'text/html',
  '.wasm': 'application/wasm',
  '.js': 'text/javascript',
};
const html =
  '<!doctype html><link rel="icon" href="data:,"><script src="tf.js"></script><script src="wasm.js"></script>';

/** Graphics by the processor, for machines without a card. */
const graphics = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'];

/** Opens a page that has `folder`'s model.json beside it. */
export async function openModelPage(executablePath: string, folder: string): Promise<ModelPage> {
  const server = createServer(({ url = '/' }, response) => {
    response.setHeader('content-type', types[extname(url)] ?? 'application/octet-stream');
    response.end(url === '/' ? html : readFileSync(fileAt(folder, url)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...graphics] });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    detect: (backend, { height, width, data }) =>
      page.evaluate(runInPage, { backend, height, width, data: [...data] }),
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

function fileAt(folder: string, url: string): string {
  const path = url.endsWith('.wasm') ? `tfjs-backend-wasm/dist${url}` : scripts[url];
  return path === undefined ? join(folder, url) : join(packages, path);
}

type PageTensorFlow = typeof import('@tensorflow/tfjs-node-gpu') & {
  readonly wasm: { setWasmPaths(folder: string): void };
};

/** Runs in the page, which knows nothing of this file. */
async function runInPage(given: {
  backend: string;
  height: number;
  width: number;
  data: number[];
}): Promise<PageFindings> {
  const { tf } = globalThis as unknown as { tf: PageTensorFlow };
  tf.wasm.setWasmPaths('/');
  await tf.setBackend(given.backend);
  const model = await tf.loadGraphModel('model.json');
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
