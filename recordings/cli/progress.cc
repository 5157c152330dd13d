#include "recordings/cli/progress.h"

#include "recordings/cli/progress_bar.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <unistd.h>

namespace enigma::recordings::cli {
namespace {

constexpr double kQuiet_s = 2;  // work that takes longer says how far it is
bool drawn = false;             // a bar stands on the terminal's line

void tell(const char* what, int64_t done, int64_t total, double past_s) {
  if (::isatty(STDERR_FILENO) == 0) {
    fmt::print(stderr, "{}\n", progress_text(what, done, total, past_s));
    return;
  }
  fmt::print(stderr, "\r\033[K{}", progress_bar(what, done, total, past_s));
  std::fflush(stderr);
  drawn = true;
}

}  // namespace

void show_progress(const char* what, int64_t done, int64_t total) {
  static const auto begin = std::chrono::steady_clock::now();
  static double next_s = kQuiet_s;
  if (done >= total) { return clear_progress(); }
  const std::chrono::duration<double> past = std::chrono::steady_clock::now() - begin;
  if (past.count() < next_s || done <= 0) { return; }
  next_s = past.count() + 1;
  tell(what, done, total, past.count());
}

void clear_progress() {
  if (!drawn) { return; }
  fmt::print(stderr, "\r\033[K");
  drawn = false;
}

void sessions_progress(int64_t done, int64_t total) {
  show_progress("sessions read", done, total);
}

void neurons_progress(int64_t done, int64_t total) {
  show_progress("neurons made", done, total);
}

}  // namespace enigma::recordings::cli
