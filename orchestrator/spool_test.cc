#include "orchestrator/spool.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

using namespace enigma;
namespace fs = std::filesystem;

namespace {
struct Spool {
  fs::path path = [] {
    std::string name = (fs::temp_directory_path() / "enigma-spool-XXXXXX").string();
    return fs::path(::mkdtemp(name.data())) / "spool.jsonl";
  }();
  ~Spool() { fs::remove_all(path.parent_path()); }
  void append(const std::string& text) const { std::ofstream(path, std::ios::app) << text; }
  static std::string line(int64_t seq) {
    return protocol::to_line({"r", {1, 0, 0, 5}, seq, 1.5, protocol::Preempted{seq}}) + "\n";
  }
};
}  // namespace

TEST_CASE("spool: whole lines are read once, a torn one when it is whole") {
  const Spool spool;
  CHECK(read_spool(spool.path, 0).reports.empty());
  const std::string torn = Spool::line(3);
  spool.append(Spool::line(1) + Spool::line(2) + torn.substr(0, 20));
  const auto first = read_spool(spool.path, 0);
  REQUIRE(first.reports.size() == 2);
  CHECK(first.reports[1].seq == 2);
  CHECK_FALSE(first.more);
  spool.append(torn.substr(20));
  const auto second = read_spool(spool.path, first.next_offset);
  REQUIRE(second.reports.size() == 1);
  CHECK(second.reports[0].seq == 3);
  CHECK(read_spool(spool.path, second.next_offset).reports.empty());
}

TEST_CASE("spool: a long file comes in parts, lines that are none are passed over and told") {
  const Spool spool;
  for (int64_t seq = 1; seq <= 20; ++seq) spool.append(Spool::line(seq));
  spool.append("nonsense\n" + Spool::line(21));
  std::vector<int64_t> seen;
  size_t wrong = 0;
  SpoolPart part{{}, 0, true, {}};
  while (part.more) {
    part = read_spool(spool.path, part.next_offset, 300);
    for (const auto& report : part.reports) seen.push_back(report.seq);
    wrong += part.wrong.size();
  }
  CHECK(seen.size() == 21);
  CHECK(wrong == 1);
}
