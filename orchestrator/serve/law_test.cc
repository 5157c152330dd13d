// Method: a script stands in for enigma-sweep and notes how it was asked.
#include "orchestrator/serve/law.h"

#include "diagnostics/diagnostic.h"
#include "files/atomic_file.h"
#include "files/temporary_folder.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <vector>

using namespace enigma;
namespace fs = std::filesystem;

namespace {

struct World {
  TemporaryFolder folder;
  db::Store store = db::Store::open(folder.path() / "runs.db");
  Laws laws{folder.path() / "program", folder.path()};

  World() {
    db::NewPoint point;
    point.id = "a";
    point.point = point.point_file = point.placement = point.values = point.plan = "{}";
    store.submit_sweep("s", "{}", {point}, 1);
  }
  /// The program says this when it is asked for `fit` and exits so; `plot` writes a figure.
  void program(const std::string& said, int code) const {
    const fs::path file = folder.path() / "program";
    write_atomically(file, "#!/bin/sh\necho \"$@\" >>" + (folder.path() / "asked").string() +
                               "\nfor w in \"$@\"; do case $w in --out=*) out=${w#--out=};; esac; "
                               "done\n[ \"$1\" = plot ] && { echo '{\"kind\": \"f\"}' >\"$out\"; "
                               "exit 0; }\necho '" +
                               said + "'\nexit " + std::to_string(code) + "\n");
    fs::permissions(file, fs::perms::owner_all);
  }
  std::string asked() const { return read_file(folder.path() / "asked"); }
};

}  // namespace

TEST_CASE("law: it is worked out by a program of its own and kept until a run has ended") {
  World world;
  world.program(R"({"form": "tied"})", 0);
  const auto law = world.laws.law(world.store, {"s", "tied", "loss < 3", "", ""}, 5);
  CHECK(law["fit"]["form"] == "tied");
  CHECK(law["figure"]["kind"] == "f");
  CHECK(law["refused"].is_null());
  CHECK(law["runs_done"] == 0);
  const std::string asked = world.asked();
  CHECK(asked.find("fit --json --store") == 0);
  CHECK(asked.find("--sweep=s --form=tied --where=loss < 3") != std::string::npos);
  CHECK(world.laws.law(world.store, {"s", "tied", "loss < 3", "", ""}, 6)["at"] == 5);
  CHECK(world.asked() == asked);
  auto run = world.store.load().at(0);
  run.state = db::State::failed;
  world.store.save({run}, {});
  CHECK(world.laws.law(world.store, {"s", "tied", "loss < 3", "", ""}, 7)["at"] == 7);
}

TEST_CASE("law: a refused fit is an answer, a wrong question a mistake, anything else a failure") {
  World world;
  world.program(R"({"diagnostics": [{"message": "the fit is refused: too few rows"}]})", 7);
  const auto law = world.laws.law(world.store, {"s", "", "", "", ""}, 5);
  CHECK(law["refused"] == "the fit is refused: too few rows");
  CHECK(law["fit"].is_null());
  world.program(R"({"diagnostics": [{"message": "no such form"}]})", 2);
  CHECK_THROWS_AS(world.laws.law(world.store, {"s", "x", "", "", ""}, 5), InputError);
  world.program("", 1);
  const LawQuestion other{"s", "y", "", "", "residuals"};
  CHECK_THROWS_AS(world.laws.law(world.store, other, 5), std::runtime_error);
}
