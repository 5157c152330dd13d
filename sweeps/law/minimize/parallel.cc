#include "sweeps/law/minimize/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace enigma::law {

void in_parallel(int threads, size_t count, const std::function<void(size_t)>& work) {
  std::vector<std::exception_ptr> failures(count);
  std::atomic<size_t> next{0};
  const auto serve = [&] {
    for (size_t k = next++; k < count; k = next++) {
      try {
        work(k);
      } catch (const std::exception&) { failures[k] = std::current_exception(); }
    }
  };
  {
    std::vector<std::jthread> pool;
    const size_t more = std::min(static_cast<size_t>(std::max(threads, 1)), count);
    for (size_t t = 1; t < more; ++t) { pool.emplace_back(serve); }
    serve();
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) { std::rethrow_exception(failure); }
  }
}

}  // namespace enigma::law
