#include "recordings/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace enigma::recordings {

void for_each_session(size_t count, const std::function<void(size_t)>& work,
                      void (*progress)(int64_t done, int64_t total)) {
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::condition_variable moved;
  size_t done = 0;
  const auto run = [&] {
    for (size_t i = next++; i < count; i = next++) {
      work(i);
      const std::lock_guard lock(mutex);
      ++done;
      moved.notify_one();
    }
  };
  std::vector<std::jthread> threads;
  const size_t cores = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, count + 1);
  for (size_t i = 0; i < cores; ++i) { threads.emplace_back(run); }
  for (size_t told = 0; told < count;) {
    std::unique_lock lock(mutex);
    moved.wait(lock, [&] { return done > told; });
    told = done;
    lock.unlock();
    if (progress != nullptr) { progress(static_cast<int64_t>(told), static_cast<int64_t>(count)); }
  }
}

}  // namespace enigma::recordings
