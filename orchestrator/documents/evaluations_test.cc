#include "orchestrator/documents/evaluations.h"

#include "files/atomic_file.h"
#include "recordings/temporary_folder.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::documents;

namespace {

Json document_with(const std::string& strategy) {
  return {{"checkpoint", "/runs/a/attempt-1/checkpoints/step-8"},
          {"sessions", {"first", "second"}},
          {"evals", {{{"step", 8}, {"strategy", strategy}, {"loss", 0.5}, {"after", true}}}}};
}

}  // namespace

TEST_CASE("evaluations: all files of a run in order, each eval with its sessions") {
  const recordings::TemporaryFolder folder;
  CHECK(evaluations_of(folder.path()).empty());
  std::filesystem::create_directories(folder.path() / "evaluations");
  write_atomically(folder.path() / "evaluations" / "step-8-b.json", document_with("b").dump());
  write_atomically(folder.path() / "evaluations" / "step-8-a.json", document_with("a").dump());
  write_atomically(folder.path() / "evaluations" / "step-8-c.json", "{\"evals\": [{");
  write_atomically(folder.path() / "evaluations" / "note.txt", document_with("d").dump());
  const Json list = evaluations_of(folder.path());
  REQUIRE(list.size() == 2);
  CHECK(list[0]["strategy"] == "a");
  CHECK(list[1]["strategy"] == "b");
  CHECK(list[1]["sessions"] == Json({"first", "second"}));
  CHECK(list[1]["after"] == true);
}

TEST_CASE("evaluations: the file follows from the checkpoint and the question") {
  const EvaluationRequest request{{"video_only"}, {"first"}, "test"};
  const auto file = evaluation_file("/runs/a", "/runs/a/attempt-1/checkpoints/step-8", request);
  CHECK(file.parent_path() == "/runs/a/evaluations");
  CHECK(file.filename().string().starts_with("step-8-"));
  CHECK(file == evaluation_file("/runs/a", "/runs/a/attempt-1/checkpoints/step-8", request));
  EvaluationRequest other = request;
  other.tier = "validation";
  CHECK(file != evaluation_file("/runs/a", "/runs/a/attempt-1/checkpoints/step-8", other));
  CHECK(file != evaluation_file("/runs/a", "/runs/a/attempt-2/checkpoints/step-8", request));
}
