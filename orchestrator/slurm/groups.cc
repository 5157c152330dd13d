#include "orchestrator/slurm/groups.h"

#include "orchestrator/attempts/placement.h"
#include "orchestrator/slurm/batch.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

namespace enigma::slurm {

using decide::Submission;
using decide::SubmitAnswer;

std::vector<std::vector<size_t>> groups_of(const std::vector<Submission>& submissions) {
  std::map<std::array<std::string, 3>, std::vector<size_t>> by_key;
  for (size_t i = 0; i < submissions.size(); ++i) {
    const std::string& placement = submissions[i].placement;
    const auto resources = attempts::placement_of(placement).resources;
    const bool is_chained = resources && resources->chain > 1;
    const std::string base = task_of(submissions[i].token).base;
    by_key[{base, placement, is_chained ? submissions[i].token : ""}].push_back(i);
  }
  std::vector<std::vector<size_t>> groups;
  for (auto& [key, members] : by_key) { groups.push_back(std::move(members)); }
  return groups;
}

std::vector<SubmitAnswer> submit_fitting(const std::vector<Submission>& batch,
                                         const SubmitBatch& submit) {
  const SubmitAnswer answer = submit(batch);
  if (!answer.is_limit || batch.size() == 1) {
    return std::vector<SubmitAnswer>(batch.size(), answer);
  }
  const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
  std::vector<SubmitAnswer> answers = submit_fitting({batch.begin(), middle}, submit);
  const bool all_fit = std::ranges::all_of(answers, &SubmitAnswer::accepted);
  const auto rest = all_fit ? submit_fitting({middle, batch.end()}, submit)
                            : std::vector<SubmitAnswer>(batch.end() - middle, answer);
  answers.insert(answers.end(), rest.begin(), rest.end());
  return answers;
}

}  // namespace enigma::slurm
