// A small pool of threads that sleep between jobs. Tasks are numbered; which thread runs which is left to chance, so
// kernels give every task its own output or its own partial sum.
#pragma once

#include <cstdint>
#include <functional>

namespace ddod {

/** Threads that run a job: the machine's, or fewer by the environment's DDOD_THREADS. */
int threadCount();

/** Runs `task(0)` .. `task(count - 1)` and returns when all are done. */
void parallelFor(int64_t count, const std::function<void(int64_t)>& task);

/** Runs `task(begin, end)` over [0, size) in pieces of at least `grain`, a few for each thread. */
void parallelRanges(int64_t size, int64_t grain, const std::function<void(int64_t, int64_t)>& task);

}  // namespace ddod
