// The same work for each of many sessions, on all cores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace enigma::recordings {

/// Calls work(0) … work(count − 1), each once, from several threads; `progress(done, total)`, where
/// given, from the calling one. `work` must not throw.
void for_each_session(size_t count, const std::function<void(size_t)>& work,
                      void (*progress)(int64_t done, int64_t total));

}  // namespace enigma::recordings
