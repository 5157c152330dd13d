// The whole way: sources found, readers started, sessions written aside, renamed, recognised.
#include "recordings/import/import.h"

#include "files/atomic_file.h"
#include "recordings/document.h"
#include "recordings/import/small_sensorium.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace enigma::recordings {
namespace {

namespace fs = std::filesystem;

struct World {
  SmallSensorium small;
  TemporaryFolder place;
  fs::path out = place.path() / "native";

  // A second session of the same content under another name.
  fs::path twin() const {
    const fs::path path = small.place.path() / "dynamic7-1-3-Video-twin";
    fs::copy(small.path, path, fs::copy_options::recursive);
    return path;
  }
  ImportOptions options(const fs::path& source) const {
    ImportOptions options;
    options.format = ImportFormat::sensorium2023;
    options.source = source;
    options.out = out;
    return options;
  }
  std::vector<ImportedSession> run() const { return import_sessions(options(small.place.path())); }
  bool has_leftovers() const {
    for (const auto& entry : fs::directory_iterator(out))
      if (entry.path().filename().string().starts_with(".")) return true;
    return false;
  }
};

}  // namespace

TEST_CASE("import: sessions of a folder are imported, listed with their digests, and recognised") {
  World world;
  world.twin();
  const auto first = world.run();
  REQUIRE(first.size() == 2);
  for (const ImportedSession& session : first) {
    CHECK(session.problems.empty());
    CHECK(session.made);
    CHECK(session.record.at("animal") == "7");
  }
  CHECK_FALSE(world.has_leftovers());
  const auto manifest = read_json(world.out / "manifest.json").value.value();
  REQUIRE(manifest.at("sessions").size() == 2);
  CHECK(manifest.at("sessions")[0].at("digest") == first[0].digest);
  CHECK(manifest.at("sessions")[0].at("tiers").at("oracle").at("trials") == 1);
  const auto second = world.run();
  for (size_t i = 0; i < 2; ++i) {
    CHECK_FALSE(second[i].made);
    CHECK(second[i].digest == first[i].digest);
  }
}

TEST_CASE("import: what a killed import left aside is begun anew") {
  World world;
  fs::create_directories(world.out / ("." + world.small.path.filename().string() + ".partial"));
  const auto sessions = world.run();
  CHECK(sessions.at(0).made);
  CHECK_FALSE(world.has_leftovers());
}

TEST_CASE("import: a session that was changed, or came from elsewhere, is not taken for whole") {
  World world;
  const auto session = world.run().at(0);
  SUBCASE("one of its files was changed") {
    write_atomically(session.path / "responses" / "data.mem", "short");
    const auto again = world.run().at(0);
    REQUIRE(again.problems.size() == 1);
    CHECK(again.problems[0].file == (session.path / "responses" / "data.mem").string());
    CHECK(again.problems[0].pointer == "sha256");
  }
  SUBCASE("one of its files is gone") {
    fs::remove(session.path / "neurons.json");
    CHECK(world.run().at(0).problems.size() == 1);
  }
  SUBCASE("the source is another one") {
    world.small.write("responses", 0, {2, 6});
    world.small.write_tiers({"train", "train", "oracle"});
    const auto again = world.run().at(0);
    REQUIRE(again.problems.size() == 1);
    CHECK(again.problems[0].pointer == "source");
  }
  SUBCASE("the folder was made by hand") {
    fs::remove(session.path / "import.json");
    CHECK(world.run().at(0).problems.size() == 1);
  }
}

TEST_CASE("import: a session that cannot be read does not keep the others from it") {
  World world;
  const fs::path twin = world.twin();
  fs::remove(twin / "data" / "responses" / "1.npy");
  const auto sessions = world.run();
  REQUIRE(sessions.size() == 2);
  CHECK(sessions[0].made);
  CHECK_FALSE(sessions[1].problems.empty());
  CHECK_FALSE(fs::exists(sessions[1].path));
  CHECK_FALSE(world.has_leftovers());
}

TEST_CASE("import: where nothing could be imported nothing is left") {
  World world;
  fs::remove_all(world.small.path / "data" / "responses");
  CHECK_FALSE(world.run().at(0).problems.empty());
  CHECK_FALSE(fs::exists(world.out));
}

TEST_CASE("import: a reader beyond its memory is a diagnostic that names the source") {
  World world;
  world.small.write("videos", 0, {4, 5, 6});
  ImportOptions options = world.options(world.small.path);
  options.limits.memory_bytes = int64_t{64} << 20;
  // 64 MiB do not hold the program and its libraries' data, or just do: either way it is told.
  const auto session = import_sessions(options).at(0);
  for (const Diagnostic& problem : session.problems)
    CHECK(problem.file == world.small.path.string());
  CHECK((session.made || !session.problems.empty()));
}

TEST_CASE("import: two imports do not write into one folder") {
  World world;
  fs::create_directories(world.out);
  const int held = ::open(world.out.c_str(), O_RDONLY | O_DIRECTORY);
  REQUIRE(::flock(held, LOCK_EX) == 0);
  CHECK_THROWS_AS(world.run(), std::runtime_error);
  ::close(held);
  CHECK(world.run().at(0).made);
}

TEST_CASE("import: numbers out of range, unknown formats and empty sources are refused") {
  World world;
  ImportOptions options = world.options(world.small.path);
  options.options.size = PictureSize{0, 5};
  options.options.bin_hz = -1;
  options.limits.time_s = 0;
  try {
    import_sessions(options);
    FAIL("not refused");
  } catch (const InputError& error) {
    CHECK(error.diagnostics().size() == 3);
  }
  CHECK_THROWS_AS(import_format_of("nwbb"), InputError);
  CHECK_THROWS_AS(find_sources(ImportFormat::nwb, world.small.path), InputError);
}

TEST_CASE("import: files of one stem would be one session, and are refused") {
  const TemporaryFolder folder;
  write_atomically(folder.path() / "clip.mp4", "");
  write_atomically(folder.path() / "clip.mkv", "");
  write_atomically(folder.path() / "notes.txt", "");
  CHECK_THROWS_AS(find_sources(ImportFormat::video, folder.path()), InputError);
  fs::remove(folder.path() / "clip.mkv");
  CHECK(find_sources(ImportFormat::video, folder.path()).size() == 1);
}

}  // namespace enigma::recordings
