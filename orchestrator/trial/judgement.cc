#include "orchestrator/trial/judgement.h"

#include "worker/protocol/exit_code.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace enigma::trial {
namespace {

namespace fs = std::filesystem;
using protocol::ExitCode;

/// Collects checks whose names begin alike.
class Findings {
 public:
  explicit Findings(std::string prefix) : prefix_(std::move(prefix)) {}

  void add(const char* name, bool ok, std::string expected, std::string found, int64_t line = 0) {
    checks_.push_back({prefix_ + name, ok, std::move(expected), std::move(found), line});
  }
  /// Holds where `wrong` has nothing to say of any line; else the first line that it has.
  void each_line(const char* name, const Record& record, const std::string& expected,
                 const std::function<std::string(const Line&)>& wrong) {
    for (const Line& line : record.lines) {
      const std::string found = wrong(line);
      if (!found.empty()) { return add(name, false, expected, found, line.number); }
    }
    add(name, true, expected, fmt::format("{} lines", record.lines.size()));
  }
  Checks take() { return std::move(checks_); }

 private:
  std::string prefix_;
  Checks checks_;
};

std::string ending_text(const Record& record) {
  if (!record.ended) { return "it did not end in its time"; }
  const Ended& end = *record.ended;
  const std::string how = end.signal != 0 ? fmt::format("signal {}", end.signal)
                                          : fmt::format("exit code {}", end.code);
  return end.log_line.empty() ? how : fmt::format("{}; it printed: {}", how, end.log_line);
}

bool has_code(const Record& record, ExitCode code) {
  return record.ended && record.ended->signal == 0 && record.ended->code == static_cast<int>(code);
}

std::string wrong_identity(const Line& line, const Record& record) {
  if (!line.report) { return ""; }
  const auto first =
      std::ranges::find_if(record.lines, [](const Line& l) { return l.report.has_value(); });
  if (line.report->attempt == first->report->attempt) { return ""; }
  return "another job, index, restart or start than on the first line";
}

/// Steps that were left out may come again.
std::function<std::string(const Line&)> step_checker() {
  return [last = int64_t{0}](const Line& line) mutable -> std::string {
    if (!line.report) { return ""; }
    if (const auto* skipped = std::get_if<protocol::Skipped>(&line.report->body)) {
      last = std::min(last, skipped->from - 1);
    }
    const auto* metrics = std::get_if<protocol::Metrics>(&line.report->body);
    if (metrics == nullptr) { return ""; }
    if (metrics->step < last) { return fmt::format("step {} after {}", metrics->step, last); }
    last = metrics->step;
    return "";
  };
}

std::string wrong_checkpoint(const Line& line, const fs::path& folder) {
  const auto* checkpoint =
      line.report ? std::get_if<protocol::Checkpoint>(&line.report->body) : nullptr;
  if (checkpoint == nullptr) { return ""; }
  const fs::path path = fs::path(checkpoint->path).lexically_normal();
  if (path.is_absolute() || path.begin() == path.end() || *path.begin() == "..") {
    return "'" + checkpoint->path + "'";
  }
  std::error_code unreadable;
  return fs::exists(folder / path, unreadable) ? "" : "nothing is at " + checkpoint->path;
}

int64_t newest_checkpoint(const std::vector<Record>& records) {
  int64_t newest = 0;
  for (const Record& record : records) {
    for (const auto* checkpoint : said<protocol::Checkpoint>(record)) {
      newest = std::max(newest, checkpoint->step);
    }
  }
  return newest;
}

/// The step of the eval that a done may count on: before it, finite.
std::optional<int64_t> evaluated_before_done(const Record& record) {
  std::optional<int64_t> step;
  for (const Line& line : record.lines) {
    if (!line.report) { continue; }
    const auto* eval = std::get_if<protocol::Eval>(&line.report->body);
    if (eval != nullptr && std::isfinite(eval->loss)) { step = eval->step; }
    if (std::holds_alternative<protocol::Done>(line.report->body)) { return step; }
  }
  return std::nullopt;
}

}  // namespace

Checks check_lines(const std::string& prefix, const Record& record) {
  Findings findings(prefix);
  findings.add("spool", !record.lines.empty(), "spool.jsonl in ENIGMA_ATTEMPT_DIR",
               record.lines.empty() ? "none, or an empty one; " + ending_text(record)
                                    : fmt::format("{} lines", record.lines.size()));
  findings.each_line("reports", record, "a report on each line",
                     [](const Line& line) { return line.why; });
  findings.each_line("run", record, "run: " + record.run, [&](const Line& line) {
    return !line.report || line.report->run == record.run ? "" : "run: " + line.report->run;
  });
  findings.each_line("attempt", record, "one process, the same on every line",
                     [&](const Line& line) { return wrong_identity(line, record); });
  findings.each_line("seq", record, "lines numbered 1, 2, 3, …", [](const Line& line) {
    return !line.report || line.report->seq == line.number
               ? ""
               : fmt::format("seq {}", line.report->seq);
  });
  findings.each_line("hello", record, "hello on the first line", [](const Line& line) {
    const bool hello = line.report && std::holds_alternative<protocol::Hello>(line.report->body);
    return line.number != 1 || hello ? "" : line.report ? kind_of(line.report->body) : "no report";
  });
  findings.each_line("steps", record, "steps that go up", step_checker());
  findings.each_line("checkpoints", record,
                     "a path below the attempt's folder, where something is, when it is reported",
                     [&](const Line& line) { return wrong_checkpoint(line, record.folder); });
  return findings.take();
}

Checks check_end(const std::string& prefix, const Record& record, int64_t steps) {
  Findings findings(prefix);
  findings.add("exit", has_code(record, ExitCode::done), "exit code 0", ending_text(record));
  const auto done = said<protocol::Done>(record);
  const int64_t reached = done.empty() ? -1 : done.back()->step;
  findings.add("done", reached >= steps, fmt::format("done at step {} or later", steps),
               done.empty() ? "no such report" : fmt::format("done at step {}", reached));
  const auto evaluated = evaluated_before_done(record);
  findings.add("eval", evaluated && evaluated == reached,
               "an eval of the last step, with a loss, before done",
               evaluated ? fmt::format("the last one is of step {}", *evaluated) : "none");
  return findings.take();
}

Checks check_preemption(const std::string& prefix, const Record& record) {
  Findings findings(prefix);
  const bool kept = has_code(record, ExitCode::preempted);
  const bool left = has_code(record, ExitCode::preempted_without_checkpoint);
  findings.add("exit", kept || left,
               "exit code 75 with a checkpoint, 76 without one, soon after SIGTERM",
               ending_text(record));
  const auto preempted = said<protocol::Preempted>(record);
  findings.add(
      "preempted", !preempted.empty(), "a report of kind preempted",
      preempted.empty() ? "none" : fmt::format("preempted at step {}", preempted.back()->step));
  if (!kept) { return findings.take(); }
  const int64_t newest = newest_checkpoint({record});
  findings.add("kept", !preempted.empty() && newest == preempted.back()->step,
               "a checkpoint of the step at which it left (exit code 75 says so)",
               newest == 0 ? "none" : fmt::format("the newest is of step {}", newest));
  return findings.take();
}

Checks check_resumption(const std::string& prefix, const Record& record,
                        const std::vector<Record>& earlier) {
  Findings findings(prefix);
  const int64_t kept = newest_checkpoint(earlier);
  const auto metrics = said<protocol::Metrics>(record);
  const bool goes_on = kept == 0 || (!metrics.empty() && metrics.front()->step > kept);
  findings.add(
      "resumed", goes_on,
      kept == 0 ? "anything: no checkpoint was reported"
                : fmt::format("metrics that begin after step {}, the newest checkpoint", kept),
      metrics.empty() ? "no metrics" : fmt::format("they begin at step {}", metrics.front()->step));
  return findings.take();
}

}  // namespace enigma::trial
