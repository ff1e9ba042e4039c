// A thread that decodes and resizes, one image after the other, until told to close.

import { parentPort } from 'node:worker_threads';
import { Problem, sentenceOf } from '../../../shared/problem.ts';
import type { DecodeReply, DecodeRequest } from './decode-pool.ts';
import { readScaled } from './scaled-image.ts';

const port = parentPort;
if (port === null) throw new Error('decode-worker runs in a worker thread');

const queue: DecodeRequest[] = [];
let busy = false;

port.on('message', (message: DecodeRequest | 'close') => {
  if (message === 'close') {
    queue.length = 0;
    port.close();
    return;
  }
  queue.push(message);
  if (!busy) void work();
});

async function work(): Promise<void> {
  busy = true;
  for (let request = queue.shift(); request !== undefined; request = queue.shift()) {
    const reply = await replyTo(request);
    port?.postMessage(reply, 'scaled' in reply ? [reply.scaled.image.data.buffer as ArrayBuffer] : []);
  }
  busy = false;
}

async function replyTo(request: DecodeRequest): Promise<DecodeReply> {
  try {
    return { id: request.id, scaled: await readScaled(request) };
  } catch (error) {
    if (error instanceof Problem) return { id: request.id, message: error.message, remedy: error.remedy };
    return { id: request.id, message: sentenceOf(error), remedy: undefined };
  }
}
