#include "orchestrator/call/progress.h"

#include "orchestrator/documents/time_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::cli {
namespace {

double fraction_of(const db::Run& run) {
  if (db::is_terminal(run.state)) { return 1; }
  if (run.attempts.empty() || run.target_step <= 0) { return 0; }
  const auto step = static_cast<double>(run.attempts.back().progress.step);
  return std::clamp(step / static_cast<double>(run.target_step), 0.0, 1.0);
}

int64_t count_of(const Progress& progress, const char* state) {
  const auto found = progress.counts.find(state);
  return found == progress.counts.end() ? 0 : found->second;
}

}  // namespace

Progress progress_of(const std::vector<db::Run>& runs, const std::map<std::string, double>& flops) {
  Progress progress;
  progress.runs = static_cast<int64_t>(runs.size());
  for (const db::Run& run : runs) {
    ++progress.counts[std::string(db::name_of(run.state))];
    const auto known = flops.find(run.id);
    const double work = known == flops.end() ? 1 : known->second;
    progress.work += work;
    progress.work_done += work * fraction_of(run);
  }
  return progress;
}

bool is_over(const Progress& progress) {
  return count_of(progress, "running") == 0 && count_of(progress, "waiting") == 0;
}

Exit verdict_of(const Progress& progress) {
  if (count_of(progress, "failed") + count_of(progress, "cancelled") > 0) { return kRunEnded; }
  return count_of(progress, "held") > 0 ? kHeld : kDone;
}

std::optional<double> time_left_s(const Progress& first, const Progress& now, double elapsed_s) {
  const double done = now.work_done - first.work_done;
  if (done <= 0 || elapsed_s <= 0) { return std::nullopt; }
  return elapsed_s * (now.work - now.work_done) / done;
}

std::string stranded_text(const Progress& progress, bool controller_lives) {
  if (controller_lives || is_over(progress)) { return {}; }
  return fmt::format(
      "no controller is running, and {} waiting, {} running: 'enigma-sweep watch' starts one",
      count_of(progress, "waiting"), count_of(progress, "running"));
}

std::string to_text(const Progress& progress, std::optional<double> left_s) {
  std::string line = fmt::format("{} of {} runs done", count_of(progress, "done"), progress.runs);
  for (const char* state : {"running", "waiting", "held", "failed", "cancelled"}) {
    const int64_t count = count_of(progress, state);
    if (count > 0) { line += fmt::format(", {} {}", count, state); }
  }
  if (left_s && !is_over(progress)) {
    line += "; about " + documents::duration_text(*left_s) + " left";
  }
  return line;
}

}  // namespace enigma::cli
