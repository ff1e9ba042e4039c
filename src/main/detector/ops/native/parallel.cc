#include "parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace ddod {
namespace {

int chooseThreads() {
  const int machine = std::max(1u, std::thread::hardware_concurrency());
  const char* cap = std::getenv("DDOD_THREADS");
  const int wanted = cap == nullptr ? machine : std::atoi(cap);
  return std::clamp(wanted, 1, machine);
}

class Pool {
 public:
  explicit Pool(int workers) {
    for (int i = 0; i < workers; ++i) std::thread([this] { work(); }).detach();
  }

  /** False where the pool is taken by another caller, who should then work alone. */
  bool run(int64_t count, const std::function<void(int64_t)>& task) {
    std::unique_lock<std::mutex> turn(turn_, std::try_to_lock);
    if (!turn.owns_lock()) return false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      task_ = &task;
      count_ = count;
      next_.store(0);
      ++job_;
    }
    wake_.notify_all();
    drain(task, count);
    std::unique_lock<std::mutex> lock(mutex_);
    task_ = nullptr;
    idle_.wait(lock, [this] { return active_ == 0; });
    return true;
  }

 private:
  void work() {
    uint64_t seen = 0;
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [&] { return job_ != seen && task_ != nullptr; });
      seen = job_;
      const std::function<void(int64_t)>* task = task_;
      const int64_t count = count_;
      ++active_;
      lock.unlock();
      drain(*task, count);
      lock.lock();
      if (--active_ == 0) idle_.notify_one();
    }
  }

  void drain(const std::function<void(int64_t)>& task, int64_t count) {
    for (int64_t i = next_.fetch_add(1); i < count; i = next_.fetch_add(1)) task(i);
  }

  std::mutex turn_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  const std::function<void(int64_t)>* task_ = nullptr;
  int64_t count_ = 0;
  uint64_t job_ = 0;
  int active_ = 0;
  std::atomic<int64_t> next_{0};
};

/** Never destroyed: its threads outlive every static object. */
Pool& pool() {
  static Pool* const shared = new Pool(threadCount() - 1);
  return *shared;
}

}  // namespace

int threadCount() {
  static const int count = chooseThreads();
  return count;
}

void parallelFor(int64_t count, const std::function<void(int64_t)>& task) {
  if (count > 1 && threadCount() > 1 && pool().run(count, task)) return;
  for (int64_t i = 0; i < count; ++i) task(i);
}

void parallelRanges(int64_t size, int64_t grain, const std::function<void(int64_t, int64_t)>& task) {
  constexpr int64_t piecesPerThread = 4;
  const int64_t pieces = std::clamp<int64_t>(size / std::max<int64_t>(grain, 1), 1, threadCount() * piecesPerThread);
  parallelFor(pieces, [&](int64_t i) { task(size * i / pieces, size * (i + 1) / pieces); });
}

}  // namespace ddod
