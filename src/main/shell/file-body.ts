// A file as the body of an answer that may be given up at any moment.
import { open } from 'node:fs/promises';

const CHUNK_BYTES = 262_144;

/**
 * The bytes of a file, read as they are taken. Node's own bridge from its streams throws where nobody can catch it when a
 * picture is scrolled out of sight just as its file ends.
 */
export async function fileBody(file: string): Promise<ReadableStream<Uint8Array>> {
  const handle = await open(file);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(CHUNK_BYTES), 0, CHUNK_BYTES);
      if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead));
      await handle.close();
      controller.close();
    },
    cancel: () => handle.close(),
  });
}
