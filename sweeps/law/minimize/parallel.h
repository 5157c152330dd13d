// Independent pieces of work on several threads. Each piece writes only its own slot, so the
// number of threads can change nothing but the time.
#pragma once

#include <cstddef>
#include <functional>

namespace enigma::law {

/// Calls work(0) … work(count − 1), each once; rethrows the exception of the lowest index.
void in_parallel(int threads, size_t count, const std::function<void(size_t)>& work);

}  // namespace enigma::law
