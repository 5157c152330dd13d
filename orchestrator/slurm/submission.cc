#include "orchestrator/slurm/submission.h"

#include "files/atomic_file.h"
#include "orchestrator/attempts/environment.h"
#include "orchestrator/attempts/run_folder.h"
#include "orchestrator/slurm/batch.h"
#include "orchestrator/slurm/container.h"

#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <string>

namespace enigma::slurm {
namespace {

namespace fs = std::filesystem;
using decide::Submission;
using decide::SubmitAnswer;

Batch batch_of(const SlurmOptions& options, const std::vector<Submission>& submissions) {
  const Submission& first = submissions.front();
  const std::string base = task_of(first.token).base;
  Batch batch{base,
              {},
              attempts::placement_of(first.placement),
              options.store / "jobs" / base,
              options.store / "runs",
              options.launcher,
              options.report_url,
              options.grace_s,
              first.excluded};
  for (const Submission& submission : submissions) {
    batch.runs[task_of(submission.token).index] = submission.run;
  }
  return batch;
}

void write_wrapper(const Batch& batch) {
  const std::string wrapper = wrapper_of(batch);
  if (wrapper.empty()) { return; }
  write_atomically(batch.folder / "worker", wrapper);
  fs::permissions(batch.folder / "worker", fs::perms(0755));
}

fs::path write_script(const Batch& batch) {
  fs::path script = batch.folder / fmt::format("script-{}.sh", batch.runs.begin()->first);
  write_atomically(script, script_of(batch));
  return script;
}

SubmitAnswer call_sbatch(const SlurmOptions& options, const Scheduler& scheduler,
                         const Batch& batch, const fs::path& script) {
  const auto variables = attempts::variables_for(options.store, batch.placement.environment);
  const auto words = sbatch_arguments(batch, script);
  const SubmitResult result = scheduler.submit(words, variables);
  if (result.job.empty() && result.is_sure) {
    return {false, "sbatch: " + result.why, result.is_limit};
  }
  // A chain that comes out shorter is one all the same.
  for (int64_t link = 1; link < chain_of(batch); ++link) { scheduler.submit(words, variables); }
  return {};
}

}  // namespace

SubmitAnswer submit_batch(const SlurmOptions& options, const Scheduler& scheduler,
                          const std::vector<Submission>& submissions) {
  try {
    const Batch batch = batch_of(options, submissions);
    for (const Submission& submission : submissions) {
      attempts::prepare(folder_of(options, submission.run), submission,
                        options.bearer_of(submission.token));
    }
    fs::create_directories(batch.folder);
    write_wrapper(batch);
    return call_sbatch(options, scheduler, batch, write_script(batch));
  } catch (const std::exception& broken) { return {false, broken.what()}; }
}

}  // namespace enigma::slurm
