#include "orchestrator/slurm/scheduler.h"

#include "orchestrator/slurm/answer.h"
#include "orchestrator/slurm/batch.h"
#include "orchestrator/slurm/sbatch_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <pwd.h>
#include <system_error>
#include <unistd.h>
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

/// What it printed, where it ended well.
std::string answer(const std::vector<std::string>& words) {
  const auto result = asked(words);
  return result && result->ok() ? result->out : "";
}

/// The name of the user that runs this; the number where it has none.
std::string user_name() {
  std::array<char, 4096> words{};
  passwd entry{}, *found = nullptr;
  const bool is_known =
      ::getpwuid_r(::getuid(), &entry, words.data(), words.size(), &found) == 0 && found != nullptr;
  return is_known ? entry.pw_name : std::to_string(::getuid());
}

std::vector<Words> associations() {
  const std::string text = answer({"sacctmgr", "--noheader", "--parsable2", "show", "associations",
                                   "user=" + user_name(), "format=Account,MaxJobs,MaxSubmit"});
  std::vector<Words> all;
  each_line(text, [&](std::string_view line) {
    const size_t first = line.find('|'), second = line.find('|', first + 1);
    if (second == std::string_view::npos) { return; }
    all.push_back({{"Account", std::string(line.substr(0, first))},
                   {"MaxJobs", std::string(line.substr(first + 1, second - first - 1))},
                   {"MaxSubmit", std::string(line.substr(second + 1))}});
  });
  return all;
}

void try_submission(const std::map<std::string, std::string>& options, ClusterFacts& facts) {
  std::vector<std::string> words = {"sbatch",     "--test-only",        "--nodes=1",
                                    "--ntasks=1", "--output=/dev/null", "--job-name=enigma-doctor"};
  append_options(options, words);
  words.emplace_back("--wrap=true");
  const auto result = asked(words);
  if (!result) { return; }
  facts.may_submit = result->ok();
  facts.test_only = first_line(result->err.empty() ? result->out : result->err);
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
  if (!answer) { return {"", true, "it cannot be started"}; }
  if (answer->timed_out) { return {"", false, "no answer in time"}; }
  // "123" or "123;cluster".
  const std::string job = first_line(answer->out).substr(0, answer->out.find(';'));
  if (answer->ok() && is_number(job)) { return {job, true, ""}; }
  const std::string& said = answer->err.empty() ? answer->out : answer->err;
  return {"", !answer->ok(), reason_of(said), is_queue_limit(said)};
}

ClusterFacts Scheduler::facts(const std::map<std::string, std::string>& options) const {
  ClusterFacts facts;
  facts.version = first_line(answer({"sbatch", "--version"}));
  if (facts.version.empty()) { return facts; }
  facts.config = parse_config(answer({"scontrol", "show", "config"}));
  facts.is_up = !facts.config.empty() && !answer({"scontrol", "ping"}).empty();
  if (!facts.is_up) { return facts; }
  facts.partitions = parse_oneliners(answer({"scontrol", "show", "partition", "--oneliner"}));
  facts.nodes = parse_oneliners(answer({"scontrol", "show", "node", "--oneliner"}));
  facts.associations = associations();
  facts.has_pyxis = answer({"srun", "--help"}).find("--container-image") != std::string::npos;
  try_submission(options, facts);
  return facts;
}

std::optional<double> Scheduler::earliest_start(const attempts::Placement& placement) const {
  Batch batch;
  batch.base = "plan";
  batch.runs = {{0, "plan"}};
  batch.placement = placement;
  std::vector<std::string> words = {"sbatch", "--test-only"};
  for (const std::string& word : resource_words(batch)) { words.push_back(word); }
  words.insert(words.end(), {"--output=/dev/null", "--wrap=true"});
  const auto result = asked(words);
  return result && result->ok() ? start_of_test(result->err + result->out) : std::nullopt;
}

void Scheduler::cancel(const std::vector<std::string>& ids) const {
  std::vector<std::string> words = {"scancel", "--quiet"};
  words.insert(words.end(), ids.begin(), ids.end());
  if (!ids.empty()) { asked(words); }
}

}  // namespace enigma::slurm
