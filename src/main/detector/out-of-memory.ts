// Failures for want of memory, told from all others by the words of what failed.

/** Words of TensorFlow, libvips, V8, the C++ library and of a system that starts no more threads for the same thing. */
const wordsForIt =
  /OOM when allocating|resource ?exhausted|out of memory|not enough memory|bad_alloc|cannot allocate memory|allocation failed|failed to allocate|resource temporarily unavailable|^(EAGAIN|ENOMEM)/i;

/** True where an operation failed for want of memory. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && wordsForIt.test(error.message);
}
