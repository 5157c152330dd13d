#include "recordings/cli/progress.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

namespace enigma::recordings::cli {
namespace {

constexpr double kQuiet_s = 2;  // work that takes longer says how far it is

}  // namespace

void show_progress(const char* what, int64_t done, int64_t total) {
  static const auto begin = std::chrono::steady_clock::now();
  static double next_s = kQuiet_s;
  const std::chrono::duration<double> past = std::chrono::steady_clock::now() - begin;
  if (past.count() < next_s || done <= 0) return;
  next_s = past.count() + 1;
  const double left = static_cast<double>(total - done) / static_cast<double>(done);
  fmt::print(stderr, "{} of {} {}, about {:.0f} s left\n", done, total, what, past.count() * left);
}

void sessions_progress(int64_t done, int64_t total) {
  show_progress("sessions read", done, total);
}

void neurons_progress(int64_t done, int64_t total) {
  show_progress("neurons made", done, total);
}

}  // namespace enigma::recordings::cli
