// The whole way: sources found, readers started, sessions written aside, renamed, recognised.
#include "recordings/import/import.h"

#include "files/atomic_file.h"
#include "recordings/format/document.h"
#include "recordings/import/sensorium/small_sensorium.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace enigma::recordings::importer {
namespace {

namespace fs = std::filesystem;

struct World {
  sensorium::SmallSensorium small;
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
    for (const auto& entry : fs::directory_iterator(out)) {
      if (entry.path().filename().string().starts_with(".")) { return true; }
    }
    return false;
  }
};

}  // namespace

TEST_CASE("import: links are followed, named by themselves, and told where they lead nowhere") {
  World world;
  const fs::path source = world.place.path() / "source", disk = world.place.path() / "disk";
  fs::create_directories(source);
  fs::create_directories(disk);
  fs::create_directory_symlink(world.small.path, source / "dynamic8-1-1-Video-linked");
  fs::rename(world.twin(), disk / "dynamic8-1-2-Video-moved");
  fs::create_directory_symlink(disk, source / "disk");
  fs::create_directory_symlink("..", disk / "circle");
  fs::create_directory_symlink(disk, disk / "round");
  fs::create_directory_symlink(disk, source / "disk-again");
  fs::create_directory_symlink(disk / "gone", source / "dynamic8-1-3-Video-gone");
  // As git-annex leaves files, and a group on another disk.
  const fs::path array = world.small.file("responses", 0);
  fs::rename(array, disk / "object");
  fs::create_symlink(disk / "object", array);
  fs::rename(world.small.path / "data" / "videos", disk / "videos");
  fs::create_directory_symlink(disk / "videos", world.small.path / "data" / "videos");
  const auto sessions = import_sessions(world.options(source));
  REQUIRE(sessions.size() == 3);
  CHECK(sessions[0].name == "dynamic8-1-1-Video-linked");
  CHECK(sessions[0].made);
  CHECK(sessions[0].record.at("source").at("name") == "dynamic8-1-1-Video-linked");
  CHECK(sessions[1].name == "dynamic8-1-2-Video-moved");
  CHECK(sessions[1].made);
  REQUIRE(sessions[2].problems.size() == 1);
  CHECK(sessions[2].problems[0].file == (source / "dynamic8-1-3-Video-gone").string());
  CHECK(sessions[2].problems[0].found.find((disk / "gone").string()) != std::string::npos);
  // What changed behind a linked folder is another source.
  world.small.write("videos", 0, {4, 5, 6});
  CHECK(import_sessions(world.options(source))[0].problems.empty());
  const std::vector<float> other(120, 3);
  write_file(world.small.file("videos", 0), npy_bytes(NumberType::f32, {4, 5, 6}, other.data()));
  CHECK(import_sessions(world.options(source))[0].problems.size() == 1);
}

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
  for (const Diagnostic& problem : session.problems) {
    CHECK(problem.file == world.small.path.string());
  }
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
  options.options.size = gather::PictureSize{0, 5};
  options.options.bin_hz = -1;
  options.limits.time_s = 0;
  try {
    import_sessions(options);
    FAIL("not refused");
  } catch (const InputError& error) { CHECK(error.diagnostics().size() == 3); }
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

}  // namespace enigma::recordings::importer
