#include "orchestrator/attempts/rank_files.h"

#include "files/atomic_file.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <stdlib.h>

namespace enigma::attempts {
namespace {

decide::Ended ended_with(int code) {
  decide::Ended ended;
  ended.code = code;
  return ended;
}

struct Attempt {
  std::filesystem::path folder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "enigma-attempt-XXXXXX").string();
    return std::filesystem::path(::mkdtemp(name.data()));
  }();
  Attempt() = default;
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  ~Attempt() { std::filesystem::remove_all(folder); }
  void put(const std::string& name, const std::string& text) const {
    write_atomically(folder / name, text);
  }
  std::optional<decide::RootCause> cause(int code) const {
    return root_cause_in(folder, ended_with(code), decide::house_signatures());
  }
};

TEST_CASE("of one rank, only what its log names is said") {
  const Attempt attempt;
  attempt.put("worker.log", "step 3\nConnection refused\n");
  CHECK_FALSE(attempt.cause(70));
  attempt.put("worker.log", "step 3\nterminate called after throwing 'std::bad_alloc'\n");
  CHECK(attempt.cause(134)->failure_class == protocol::FailureClass::host_memory);
}

TEST_CASE("of several, the rank that failed of itself is found in its log and its file") {
  const Attempt attempt;
  attempt.put("worker.log", "NCCL error: unhandled system error\n");
  attempt.put("rank-0.exit.json",
              R"({"code": 69, "signal": null, "at": 10, "node": "n1", "line": ""})");
  attempt.put("rank-3.log", "fine\nNVRM: Xid (PCI:0000:1b:00): 79\n");
  attempt.put("rank-3.exit.json",
              R"({"code": 1, "signal": null, "at": 12, "node": "n2", "line": "x"})");
  const auto cause = attempt.cause(69);
  REQUIRE(cause);
  CHECK(cause->rank == 3);
  CHECK(cause->node == "n2");
  CHECK(cause->failure_class == protocol::FailureClass::hardware);
}

TEST_CASE("exit files that say nothing, or are none, are no evidence") {
  const Attempt attempt;
  attempt.put("rank-1.exit.json", "no json");
  attempt.put("rank-x.exit.json", R"({"code": 1})");
  attempt.put("rank-2.exit.json", R"({"code": "one", "signal": {}, "at": [], "line": 7})");
  CHECK_FALSE(attempt.cause(70));
}

TEST_CASE("a log of any size costs its end alone") {
  const Attempt attempt;
  attempt.put("worker.log", "CUDA out of memory\n" + std::string(1 << 20, 'x') + "\nend\n");
  CHECK_FALSE(attempt.cause(70));
  const auto traces = rank_traces(attempt.folder, ended_with(70));
  CHECK(traces[0].lines.back() == "end");
  CHECK(traces[0].lines.front().size() == 1024);
}

}  // namespace
}  // namespace enigma::attempts
