#include "orchestrator/slurm/groups.h"

#include "orchestrator/attempts/placement.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>

namespace enigma::slurm {
namespace {

using decide::Submission;
using decide::SubmitAnswer;

Submission a_submission(const std::string& token, int64_t chain = 1, int64_t nodes = 1) {
  attempts::Placement placement;
  placement.resources = attempts::Resources{.nodes = nodes, .chain = chain};
  return {"slurm", "run", token, 1, "", attempts::to_text(placement)};
}

TEST_CASE("what asks for the same is one array; a chain stands alone") {
  const auto groups =
      groups_of({a_submission("ab.0"), a_submission("ab.1", 1, 2), a_submission("ab.2"),
                 a_submission("cd.0"), a_submission("ab.3", 3), a_submission("ab.4", 3)});
  CHECK(groups.size() == 5);
  CHECK(std::ranges::find(groups, std::vector<size_t>{0, 2}) != groups.end());
}

/// A queue with room for `room` jobs, which takes a batch whole or not at all.
struct Room {
  size_t room;
  int calls = 0;
  SubmitAnswer operator()(const std::vector<Submission>& batch) {
    ++calls;
    if (batch.size() > room) { return {false, "QOSMaxSubmitJobPerUserLimit", true}; }
    room -= batch.size();
    return {};
  }
};

int64_t accepted(const std::vector<SubmitAnswer>& answers) {
  return std::ranges::count_if(answers, &SubmitAnswer::accepted);
}

TEST_CASE("of a batch that a queue does not take whole, as much as fits goes in") {
  const std::vector<Submission> batch(8, a_submission("ab.0"));
  for (const size_t room : {8U, 7U, 4U, 3U, 1U, 0U}) {
    Room queue{room};
    const auto answers = submit_fitting(batch, std::ref(queue));
    CHECK(answers.size() == 8);
    CHECK(accepted(answers) == static_cast<int64_t>(room));
    CHECK(queue.calls <= 8);
  }
}

TEST_CASE("a refusal for another reason is no matter of size") {
  int calls = 0;
  const auto answers =
      submit_fitting(std::vector<Submission>(8, a_submission("ab.0")), [&](const auto&) {
        ++calls;
        return SubmitAnswer{false, "sbatch: invalid account"};
      });
  CHECK(calls == 1);
  CHECK(accepted(answers) == 0);
}

}  // namespace
}  // namespace enigma::slurm
