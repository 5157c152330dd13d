// What this machine can do at best, measured in the same run as what is compared with it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace enigma::bench {

inline double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Seconds that this thread has had a core: rates per core that neighbours on a shared machine do
/// not halve. Copying, warm reading and gathering all work without waiting.
inline double core_s() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// The middle of an odd number of times.
inline double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

/// Bytes read and written per second by memcpy between two buffers larger than any cache.
inline double memcpy_bytes_per_s() {
  static std::vector<char> from(size_t{128} << 20, 1), to(from.size(), 2);
  const double begin_s = core_s();
  std::memcpy(to.data(), from.data(), from.size());
  return 2 * static_cast<double>(from.size()) / (core_s() - begin_s);
}

/// The same by read() of a file that the system holds in memory, at most 128 MiB of it.
inline double warm_read_bytes_per_s(const std::filesystem::path& path) {
  static std::vector<char> to(size_t{128} << 20, 2);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) { throw std::runtime_error("cannot open " + path.string()); }
  const double begin_s = core_s();
  size_t done = 0;
  while (done < to.size()) {
    const ssize_t count =
        ::read(file, to.data() + done, std::min(to.size() - done, size_t{1} << 20));
    if (count <= 0) { break; }
    done += static_cast<size_t>(count);
  }
  const double rate = 2 * static_cast<double>(done) / (core_s() - begin_s);
  ::close(file);
  return rate;
}

}  // namespace enigma::bench
