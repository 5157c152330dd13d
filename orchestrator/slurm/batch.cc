#include "orchestrator/slurm/batch.h"

#include "orchestrator/slurm/container.h"
#include "orchestrator/slurm/shell_word.h"
#include "orchestrator/starts/start.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace enigma::slurm {
namespace {

constexpr std::string_view kPrefix = "enigma-";
/// Before its time limit a job is told to checkpoint this long ahead, or for a tenth of a short
/// one.
constexpr double kWarning_s = 120;

std::vector<int64_t> node_counts_of(const attempts::Resources& resources) {
  return resources.node_counts.empty() ? std::vector<int64_t>{resources.nodes}
                                       : resources.node_counts;
}

/// From the fewest that it may run on to the most and the spares.
std::string nodes_word(const attempts::Resources& resources) {
  const auto counts = node_counts_of(resources);
  const int64_t least = counts.front(), most = counts.back() + resources.spares;
  return least == most ? fmt::format("--nodes={}", most)
                       : fmt::format("--nodes={}-{}", least, most);
}

/// A count of tasks would be the fewest nodes' and satisfied by them: a range asks for cores alone.
std::string ranks_word(const attempts::Resources& resources) {
  const bool is_range = node_counts_of(resources).size() > 1 || resources.spares > 0;
  return fmt::format("--{}={}", is_range ? "mincpus" : "ntasks-per-node",
                     resources.ranks_per_node());
}

/// Jobs that follow each other are found by their name: it is of one run alone.
std::string name_of(const Batch& batch) {
  const std::string name = job_name_of(batch.base);
  return chain_of(batch) > 1 ? fmt::format("{}.{}", name, batch.runs.begin()->first) : name;
}

/// What the launcher starts: the worker, or what brings it into its container.
std::string worker_of(const Batch& batch) {
  return wrapper_of(batch).empty() ? batch.placement.worker : (batch.folder / "worker").string();
}

/// Of the script: which run a task is.
std::string cases_of(const Batch& batch) {
  std::string cases;
  for (const auto& [index, run] : batch.runs) {
    cases += fmt::format("  {}) run={} ;;\n", index, shell_word(run));
  }
  return cases;
}

/// Of the script: what the site puts before the worker.
std::string lines_of(const attempts::Site& site) {
  std::string lines;
  for (const std::string& line : site.lines) { lines += line + "\n"; }
  return lines;
}

/// Of the launcher: what it passes on to srun.
std::string srun_options_of(const Batch& batch) {
  std::string options;
  for (const std::string& word : srun_words(batch)) { options += " --srun " + shell_word(word); }
  return options;
}

std::string minutes_of(double seconds) {
  return fmt::format("{:.0f}", std::max(1.0, std::ceil(seconds / 60)));
}

}  // namespace

TaskName task_of(const std::string& token) {
  const std::string submission = submission_of(token);
  const size_t dot = submission.rfind('.');
  if (dot == std::string::npos) { return {submission, 0}; }
  return {submission.substr(0, dot), std::atoll(submission.c_str() + dot + 1)};
}

std::string job_name_of(const std::string& base) {
  return std::string(kPrefix) + base;
}

std::optional<std::string> base_of(const std::string& job_name) {
  if (!job_name.starts_with(kPrefix)) { return std::nullopt; }
  const size_t dot = std::min(job_name.find('.'), job_name.size());
  return job_name.substr(kPrefix.size(), dot - kPrefix.size());
}

std::string array_of(const std::map<int64_t, std::string>& runs) {
  std::vector<int64_t> indices;
  for (const auto& [index, run] : runs) { indices.push_back(index); }
  std::string list;
  for (size_t i = 0; i < indices.size();) {
    size_t last = i;
    while (last + 1 < indices.size() && indices[last + 1] == indices[last] + 1) { ++last; }
    if (!list.empty()) { list += ','; }
    list +=
        last == i ? std::to_string(indices[i]) : fmt::format("{}-{}", indices[i], indices[last]);
    i = last + 1;
  }
  return list;
}

int64_t chain_of(const Batch& batch) {
  return batch.placement.resources.value_or(attempts::Resources{}).chain;
}

std::string script_of(const Batch& batch) {
  const auto resources = batch.placement.resources.value_or(attempts::Resources{});
  return fmt::format(
      "#!/bin/bash\n"
      "case $SLURM_ARRAY_TASK_ID in\n{}esac\n"
      "{}"
      "exec {} --run \"$run\" --run-dir {}/\"$run\" --token {}.\"$SLURM_ARRAY_TASK_ID\" \\\n"
      "  --worker {} --data {} --url {} --grace-s {} --job "
      "\"${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID\" \\\n"
      "  --restart \"${{SLURM_RESTART_COUNT:-0}}\" --nodes {} --ranks-per-node {}{}{}\n",
      cases_of(batch), lines_of(batch.site()), shell_word(batch.launcher.string()),
      shell_word(batch.runs_folder.string()), batch.base, shell_word(worker_of(batch)),
      shell_word(batch.placement.data), shell_word(batch.report_url), batch.grace_s,
      fmt::join(node_counts_of(resources), ","), resources.ranks_per_node(),
      chain_of(batch) > 1 ? " --chain " + name_of(batch) : "", srun_options_of(batch));
}

void append_options(const std::map<std::string, std::string>& options,
                    std::vector<std::string>& words) {
  for (const auto& [name, value] : options) {
    words.push_back(value.empty() ? "--" + name : fmt::format("--{}={}", name, value));
  }
}

std::vector<std::string> resource_words(const Batch& batch) {
  const auto resources = batch.placement.resources.value_or(attempts::Resources{});
  std::vector<std::string> words = {nodes_word(resources), ranks_word(resources)};
  if (batch.site().has_gpus) {
    words.push_back(fmt::format("--gpus-per-node={}", resources.devices));
  }
  if (resources.time_s) { words.push_back("--time=" + minutes_of(*resources.time_s)); }
  // Where a node fails, the others are worth keeping.
  if (node_counts_of(resources).back() + resources.spares > 1) { words.emplace_back("--no-kill"); }
  if (!batch.excluded.empty()) {
    words.push_back(fmt::format("--exclude={}", fmt::join(batch.excluded, ",")));
  }
  append_options(batch.site().options, words);
  return words;
}

std::vector<std::string> sbatch_arguments(const Batch& batch, const std::filesystem::path& script) {
  const auto resources = batch.placement.resources.value_or(attempts::Resources{});
  std::vector<std::string> words = {"--parsable",
                                    "--job-name=" + name_of(batch),
                                    "--array=" + array_of(batch.runs),
                                    "--chdir=" + batch.folder.string(),
                                    "--output=" + (batch.folder / "%a.log").string(),
                                    "--open-mode=append",
                                    "--requeue"};
  if (resources.time_s) {
    const double warning_s = std::min(kWarning_s, *resources.time_s / 10);
    words.push_back(fmt::format("--signal=B:TERM@{:.0f}", std::max(1.0, warning_s)));
  }
  // One at a time, in their order, however the one before has ended.
  if (chain_of(batch) > 1) { words.emplace_back("--dependency=singleton"); }
  // What a site asks for has the last word.
  for (std::string& word : resource_words(batch)) { words.push_back(std::move(word)); }
  words.push_back(script.string());
  return words;
}

}  // namespace enigma::slurm
