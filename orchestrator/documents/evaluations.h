// Scores of a run after the fact: files of enigma-worker evaluate beside the run, in
// RUN/evaluations. They are no part of its history.
#pragma once

#include "orchestrator/documents/unknown.h"

#include <filesystem>
#include <string>
#include <vector>

namespace enigma::documents {

/// What is asked of a model; empty: as the run itself was scored.
struct EvaluationRequest {
  std::vector<std::string> strategies, sessions;
  std::string tier;
};

/// RUN/evaluations/step-N-DIGITS.json: the same question of the same checkpoint has the same file.
std::filesystem::path evaluation_file(const std::filesystem::path& run_folder,
                                      const std::string& checkpoint,
                                      const EvaluationRequest& request);

/// The evals of one file, each as in `show`'s `evals` with `sessions`, `checkpoint` and `after`.
/// Empty where it is not whole.
Json evals_in(const std::filesystem::path& file);

/// Those of all files of a run, by the files' names. Empty where `run_folder` is.
Json evaluations_of(const std::filesystem::path& run_folder);

}  // namespace enigma::documents
