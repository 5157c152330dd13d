#include "orchestrator/trial/trial.h"

#include "files/atomic_file.h"

#include "processes/program.h"
#include "processes/wait.h"
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace enigma::trial {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSpoolBytesMax = size_t{256} << 20;
constexpr size_t kLogBytesMax = size_t{64} << 20;
constexpr std::chrono::milliseconds kLook{10};  // neither a file nor a child can be waited for

/// What befalls an attempt once it has reported metrics: a signal, or nothing (0).
struct Blow {
  int signal = 0;
};

std::string content_of(const fs::path& file, size_t bytes_max) {
  std::error_code absent;
  return fs::exists(file, absent) ? read_file(file, bytes_max) : "";
}

std::string last_line_of(const std::string& text) {
  const size_t end = text.find_last_not_of(" \r\n");
  if (end == std::string::npos) { return ""; }
  const size_t newline = text.find_last_of('\n', end);
  const size_t begin = newline == std::string::npos ? 0 : newline + 1;
  return text.substr(begin, end + 1 - begin);
}

std::vector<std::string> variables_of(const TrialOptions& options, const fs::path& attempt) {
  std::vector<std::string> variables;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string variable = *each;
    if (!variable.starts_with("ENIGMA_") && !variable.starts_with("SLURM_")) {
      variables.push_back(variable);
    }
  }
  const std::pair<const char*, std::string> ours[] = {
      {"ENIGMA_RUN", options.run},
      {"ENIGMA_RUN_DIR", attempt.parent_path().string()},
      {"ENIGMA_ATTEMPT_DIR", attempt.string()},
      {"ENIGMA_POINT", options.point.string()},
      {"ENIGMA_DATA", options.data.string()},
      {"ENIGMA_START", ""},
      {"ENIGMA_REPORT_URL", ""},
      {"ENIGMA_REPORT_PIN", ""},
      {"ENIGMA_TOKEN_FILE", ""},
      {"ENIGMA_RANK", "0"},
      {"ENIGMA_WORLD", "1"}};
  for (const auto& [name, value] : ours) { variables.push_back(name + ("=" + value)); }
  return variables;
}

/// One attempt under way.
class Attempt {
 public:
  Attempt(const TrialOptions& options, fs::path folder)
      : options_(options), folder_(std::move(folder)), began_s_(options.clock_s()) {
    fs::create_directories(folder_);
    Program program{.words = {options.worker.string()},
                    .out = folder_ / "worker.log",
                    .err = folder_ / "worker.log",
                    .session = true,
                    .variables = variables_of(options, folder_)};
    pid_ = start(program);
  }

  /// To its end, struck on the way.
  Record run(const Blow& blow) {
    if (blow.signal != 0 && wait_for_metrics()) {
      ::kill(pid_, blow.signal);
      limit_s_ = seconds() + options_.grace_s;
    }
    while (!ended() && seconds() < limit_s_) { std::this_thread::sleep_for(kLook); }
    const bool in_time = ended();
    if (!in_time) { kill_and_wait(pid_); }
    Record record{options_.run, folder_, lines_of(content_of(spool(), kSpoolBytesMax)), {}};
    if (in_time) { record.ended = ending(); }
    return record;
  }

 private:
  fs::path spool() const { return folder_ / "spool.jsonl"; }
  double seconds() const { return options_.clock_s() - began_s_; }
  bool ended() {
    if (!status_) { status_ = status_if_ended(pid_); }
    return status_.has_value();
  }
  /// False where it has ended, or its time, before it said any.
  bool wait_for_metrics() {
    while (!ended() && seconds() < limit_s_) {
      if (content_of(spool(), kSpoolBytesMax).find("\"metrics\"") != std::string::npos) {
        return true;
      }
      std::this_thread::sleep_for(kLook);
    }
    return false;
  }
  Ended ending() const {
    return {.code = WIFEXITED(*status_) ? WEXITSTATUS(*status_) : 0,
            .signal = WIFSIGNALED(*status_) ? WTERMSIG(*status_) : 0,
            .log_line = last_line_of(content_of(folder_ / "worker.log", kLogBytesMax))};
  }

  const TrialOptions& options_;
  fs::path folder_;
  double began_s_;
  double limit_s_ = options_.limit_s;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

void append(Checks& checks, const Checks& more) {
  checks.insert(checks.end(), more.begin(), more.end());
}

/// A worker that is done before it can be struck shows nothing.
Check check_in_time(const std::string& prefix, const Record& record, int signal) {
  const bool early = !said<protocol::Done>(record).empty();
  return {prefix + "in time", !early,
          fmt::format("work for long enough to be struck by signal {}", signal),
          early ? "it was done before (--steps N makes the run longer)" : "it was at work", 0};
}

}  // namespace

Checks try_worker(const TrialOptions& options, const Tell& tell) {
  const auto attempt = [&](const char* run, int number, const Blow& blow) {
    const fs::path folder = options.folder / run / fmt::format("attempt-{}", number);
    return Attempt(options, folder).run(blow);
  };
  Checks checks;
  tell("a run that nothing disturbs");
  const Record whole = attempt("whole", 1, {});
  append(checks, check_lines("whole: ", whole));
  append(checks, check_end("whole: ", whole, options.steps));

  tell("a run that is asked to stop (SIGTERM)");
  std::vector<Record> records = {attempt("struck", 1, {SIGTERM})};
  checks.push_back(check_in_time("preempted: ", records[0], SIGTERM));
  append(checks, check_lines("preempted: ", records[0]));
  append(checks, check_preemption("preempted: ", records[0]));

  tell("the same, resumed and killed (SIGKILL)");
  records.push_back(attempt("struck", 2, {SIGKILL}));
  checks.push_back(check_in_time("killed: ", records[1], SIGKILL));
  append(checks, check_resumption("killed: ", records[1], {records[0]}));

  tell("the same, resumed and left to its end");
  const Record last = attempt("struck", 3, {});
  append(checks, check_lines("resumed: ", last));
  append(checks, check_resumption("resumed: ", last, records));
  append(checks, check_end("resumed: ", last, options.steps));
  return checks;
}

}  // namespace enigma::trial
