// Failures for want of memory, told from all others by the words of what failed.

/** Words of TensorFlow, libvips, V8, the C++ library and of a system that starts no more threads for the same thing. */
const wordsForIt =
  /OOM when allocating|out of memory|bad_alloc|cannot allocate memory|allocation failed|failed to allocate|resource temporarily unavailable/i;
/** Words that mean it in an error, but may stand for something else in what a process says. */
const wordsOfErrors = /resource ?exhausted|not enough memory|^(EAGAIN|ENOMEM)/i;

/** True where a text, such as the last words of a process, tells of memory that ran out. */
export function tellsOutOfMemory(text: string): boolean {
  return wordsForIt.test(text);
}

/** True where an operation failed for want of memory. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && (tellsOutOfMemory(error.message) || wordsOfErrors.test(error.message));
}
