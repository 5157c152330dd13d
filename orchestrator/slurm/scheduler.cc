#include "orchestrator/slurm/scheduler.h"

#include <algorithm>
#include <cctype>
#include <system_error>
#include <utility>

namespace enigma::slurm {
namespace {

// Clients wait longer than this for a busy controller, and a user can stand in front of them.
constexpr RunLimits kLimits{.time = std::chrono::milliseconds(30'000)};

/// A program that cannot be started has answered nothing.
std::optional<RunResult> asked(const std::vector<std::string>& words,
                               const std::optional<std::vector<std::string>>& variables = {}) {
  try {
    return run(words, kLimits, variables);
  } catch (const std::system_error&) { return std::nullopt; }
}

std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) {
    line.pop_back();
  }
  return line;
}

bool is_number(const std::string& text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); });
}

}  // namespace

std::optional<std::vector<JobRecord>> Scheduler::jobs() const {
  const auto answer = asked(squeue_arguments());
  return answer && answer->ok() ? std::optional(parse_squeue(answer->out)) : std::nullopt;
}

std::optional<std::vector<JobRecord>> Scheduler::accounting(
    const std::vector<std::string>& ids) const {
  const auto answer = asked(sacct_arguments(ids));
  return answer && answer->ok() ? std::optional(parse_sacct(answer->out)) : std::nullopt;
}

SubmitResult Scheduler::submit(const std::vector<std::string>& arguments,
                               const std::optional<std::vector<std::string>>& variables) const {
  std::vector<std::string> words = {"sbatch"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const auto answer = asked(words, variables);
  if (!answer) { return {"", true, "sbatch cannot be started"}; }
  if (answer->timed_out) { return {"", false, "sbatch gave no answer in time"}; }
  // "123" or "123;cluster".
  const std::string job = first_line(answer->out).substr(0, answer->out.find(';'));
  if (answer->ok() && is_number(job)) { return {job, true, ""}; }
  return {"", !answer->ok(), first_line(answer->err.empty() ? answer->out : answer->err)};
}

void Scheduler::cancel(const std::vector<std::string>& ids) const {
  std::vector<std::string> words = {"scancel", "--quiet"};
  words.insert(words.end(), ids.begin(), ids.end());
  if (!ids.empty()) { asked(words); }
}

}  // namespace enigma::slurm
