#include "recordings/cli/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>

namespace enigma::recordings {
namespace {

constexpr int64_t kCells = 24;

}  // namespace

std::string progress_text(const std::string& what, int64_t done, int64_t total, double past_s) {
  const double left = static_cast<double>(total - done) / static_cast<double>(done);
  return fmt::format("{} of {} {}, about {:.0f} s left", done, total, what, past_s * left);
}

std::string progress_bar(const std::string& what, int64_t done, int64_t total, double past_s) {
  const int64_t filled = std::clamp<int64_t>(done * kCells / total, 0, kCells);
  return fmt::format("[{:#<{}}{:-<{}}] {}", "", filled, "", kCells - filled,
                     progress_text(what, done, total, past_s));
}

}  // namespace enigma::recordings
