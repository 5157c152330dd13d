#include "orchestrator/submit/hero.h"

#include "files/atomic_file.h"
#include "recordings/generate/generate.h"

#include <doctest/doctest.h>

#include <cstdlib>

namespace enigma {
namespace {

namespace fs = std::filesystem;

struct Folder {
  fs::path path = [] {
    std::string name = (fs::temp_directory_path() / "enigma-hero-XXXXXX").string();
    return fs::path(::mkdtemp(name.data()));
  }();
  ~Folder() { fs::remove_all(path); }
};

/// A spec of one size on recordings of its own, with a site's file beside it, in `folder`.
HeroRequest a_request(const fs::path& folder) {
  recordings::generate::GenerateOptions options;
  options.out = folder / "data";
  options.sessions = 1;
  options.animals = 1;
  options.neurons = 8;
  options.minutes = 1;
  recordings::generate::generate(options);
  write_atomically(folder / "site.json", R"({"name": "here", "as_of": "2026-11-01"})");
  const nlohmann::json spec = {
      {"version", 1},
      {"name", "sweep"},
      {"site", "site.json"},
      {"data", {{"path", "data"}}},
      {"session_sets", {{"all", {{"first", 1}}}}},
      {"evaluation", {{"sessions", "all"}, {"strategies", {"causal_response_25"}}}},
      {"axes",
       {{"model.size", {{{"width", 16}, {"layers", 1}, {"heads", 2}}}},
        {"data.sessions", {"all"}},
        {"budget.flops", {1e11, 2e11}}}}};
  HeroRequest request;
  request.like.text = spec.dump();
  request.like.file = (folder / "spec.json").string();
  request.n = 2e4;
  request.flops = 4e11;
  return request;
}

TEST_CASE("hero: what its spec names beside itself is found from wherever it is written to") {
  const Folder folder;
  const auto hero = hero_of(a_request(folder.path), nullptr, folder.path / "store");
  REQUIRE_MESSAGE(hero.ok(), (hero.diagnostics.empty() ? "" : hero.diagnostics[0].message));
  CHECK(hero.value->plan.points.size() == 1);
  const fs::path real = fs::canonical(folder.path);
  CHECK(hero.value->spec["site"] == (real / "site.json").string());
  CHECK(hero.value->spec["data"]["path"] == (real / "data").string());
}

}  // namespace
}  // namespace enigma
