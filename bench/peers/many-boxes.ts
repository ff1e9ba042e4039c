// The same boxes as others draw them: an SVG element each (as CVAT and VoTT do), and a Konva node each (as Label Studio does). A
// blank page of the same size, no picture behind, no handles, no names: the least that such a canvas does to show them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';

export interface PlacedBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PeerFrames {
  readonly peer: string;
  /** Milliseconds from frame to frame. */
  readonly pan: readonly number[];
  readonly zoom: readonly number[];
}

const KONVA = join(import.meta.dirname, '../../node_modules/konva/konva.min.js');

/** Code of the page that shows `boxes` and defines `moveTo(x, y, scale)`. */
const PEERS: Readonly<Record<string, string>> = {
  svg: `
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('width', innerWidth);
    svg.setAttribute('height', innerHeight);
    const group = svg.appendChild(document.createElementNS(svg.namespaceURI, 'g'));
    for (const box of boxes) {
      const rect = document.createElementNS(svg.namespaceURI, 'rect');
      for (const [name, value] of Object.entries(box)) rect.setAttribute(name, value);
      rect.setAttribute('style', 'fill: rgb(80 160 255 / 12%); stroke: rgb(80 160 255); stroke-width: 1.5; vector-effect: non-scaling-stroke');
      group.append(rect);
    }
    document.body.append(svg);
    window.moveTo = (x, y, scale) => group.setAttribute('transform', 'translate(' + x + ' ' + y + ') scale(' + scale + ')');`,
  konva: `
    const stage = new Konva.Stage({ container: document.body, width: innerWidth, height: innerHeight });
    const layer = new Konva.Layer();
    stage.add(layer);
    for (const box of boxes)
      layer.add(new Konva.Rect({ ...box, fill: 'rgb(80 160 255 / 12%)', stroke: 'rgb(80 160 255)', strokeWidth: 1.5, strokeScaleEnabled: false, perfectDrawEnabled: false }));
    layer.draw();
    window.moveTo = (x, y, scale) => { layer.position({ x, y }); layer.scale({ x: scale, y: scale }); layer.batchDraw(); };`,
};

/** Times each peer in `page`, which is left blank; `scale` shows the whole image. */
export async function peersFrames(
  page: Page,
  boxes: readonly PlacedBox[],
  scale: number,
  frames: number,
): Promise<PeerFrames[]> {
  const konva = readFileSync(KONVA, 'utf8');
  const results: PeerFrames[] = [];
  for (const [peer, setUp] of Object.entries(PEERS)) {
    await page.setContent('<!doctype html><body style="margin: 0; background: #181818"></body>');
    if (peer === 'konva') await page.evaluate(konva);
    await page.evaluate(
      `(() => { const boxes = ${JSON.stringify(boxes)}; ${setUp} moveTo(0, 0, ${scale}); })()`,
    );
    await page.waitForTimeout(1500);
    const wave = (part: string) => framesWhile(page, frames, part);
    const pan = await wave(`moveTo(120 * Math.sin(frame / 9), 90 * Math.cos(frame / 7), ${scale})`);
    const zoom = await wave(`moveTo(0, 0, ${scale} * (1 + 0.4 * Math.sin(frame / 10)))`);
    results.push({ peer, pan, zoom });
  }
  return results;
}

/** Milliseconds between frames while `move`, code of the page with `frame` in it, is done in each. */
export async function framesWhile(page: Page, frames: number, move: string): Promise<number[]> {
  return await page.evaluate<number[]>(`new Promise((done) => {
    const times = [];
    let last = performance.now();
    let frame = 0;
    const next = () => {
      const now = performance.now();
      times.push(now - last);
      last = now;
      if (++frame > ${frames}) return done(times.slice(1));
      ${move};
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  })`);
}
