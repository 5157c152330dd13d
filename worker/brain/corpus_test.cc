#include "worker/brain/corpus.h"

#include "recordings/generate/generate.h"
#include "recordings/manifest.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace enigma;
using namespace enigma::worker;

namespace {

/// Two small sessions that a folder of links leads to.
struct Linked {
  fs::path place = fs::temp_directory_path() / ("enigma-corpus-" + std::to_string(getpid()));
  fs::path data = place / "data";

  Linked() {
    recordings::generate::generate(
        {.out = place / "disk", .sessions = 2, .animals = 2, .neurons = 6, .minutes = 1});
    fs::create_directories(data);
    fs::create_directory_symlink(place / "disk" / "mouse01-session001", data / "a");
    fs::create_directory_symlink("../disk/mouse02-session002", data / "b");
    fs::create_directory_symlink(data, data / "round");
  }
  ~Linked() { fs::remove_all(place); }

  static sweeps::Point point_of(const fs::path& recordings) {
    const auto manifest = recordings::inspect(recordings, {});
    sweeps::Point point;
    for (const auto& info : manifest.sessions) {
      point.sessions.push_back({info.name, info.digest, info.neurons, info.animal});
    }
    point.evaluation_sessions = {point.sessions.back()};
    point.rule = recordings::natural_rule(manifest);
    point.lanes = 1;
    return point;
  }
};

}  // namespace

TEST_CASE("corpus: what was planned by the names of links is opened by them") {
  const Linked linked;
  const sweeps::Point point = Linked::point_of(linked.data);
  REQUIRE(point.sessions.size() == 2);
  CHECK(point.sessions[0].name == "a");
  const Corpus corpus = open_corpus(point, linked.data);
  REQUIRE(corpus.sessions.size() == 2);
  CHECK(corpus.sessions[0].info.name == "a");
  CHECK(corpus.sessions[1].info.name == "b");
  for (const char* data : {"a", "a/"}) {
    const sweeps::Point alone = Linked::point_of(linked.data / data);
    CHECK(open_corpus(alone, linked.data / data).sessions.at(0).info.name == "a");
  }
}
