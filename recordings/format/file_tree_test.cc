#include "recordings/format/file_tree.h"

#include "recordings/format/digest.h"
#include "recordings/format/session.h"
#include "recordings/manifest.h"
#include "recordings/small_recording.h"
#include "recordings/verify.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace enigma::recordings {
namespace {

namespace fs = std::filesystem;

// git-annex: a file is a link to an object that is named by its content.
void annex(const fs::path& file, const fs::path& objects, const std::string& key) {
  fs::rename(file, objects / key);
  fs::create_symlink(objects / key, file);
}

struct LinkedRecordings {
  SmallRecording recording;
  TemporaryFolder place;
  fs::path plain = recording.write();
  fs::path data = place.path() / "data", objects = place.path() / "objects";

  LinkedRecordings() {
    fs::create_directories(data);
    fs::create_directories(objects);
    fs::create_directory_symlink(plain, data / "mouse-a");
  }
  SessionInfo only(const InspectOptions& options = {}) const {
    const Manifest manifest = inspect(data, options);
    REQUIRE(manifest.sessions.size() == 1);
    return manifest.sessions[0];
  }
};

const Diagnostic* about(const std::vector<Diagnostic>& problems, const fs::path& file) {
  const auto found = std::find_if(problems.begin(), problems.end(),
                                  [&](const Diagnostic& d) { return d.file == file.string(); });
  return found == problems.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("links: a session is called by its link, and is the session that the link leads to") {
  LinkedRecordings linked;
  const SessionInfo plain = inspect(linked.plain, {}).sessions.at(0);
  CHECK(linked.only().name == "mouse-a");
  CHECK(Session::open(linked.data / "mouse-a" / "").value->name() == "mouse-a");
  CHECK(linked.only().digest == plain.digest);
  annex(linked.plain / "responses" / "data.npy", linked.objects, "SHA256E-s1--1.npy");
  annex(linked.plain / "screen" / "meta" / "00000.yml", linked.objects, "SHA256E-s1--2.yml");
  fs::rename(linked.plain / "screen", linked.objects / "screen");
  fs::create_directory_symlink(linked.objects / "screen", linked.plain / "screen");
  CHECK(linked.only().digest == plain.digest);
  CHECK(linked.only().problems.empty());
  CHECK(linked.only().tiers.at("train").windows == plain.tiers.at("train").windows);
  CHECK(verify(linked.data, {}).diagnostics.empty());
}

TEST_CASE("links: data that change behind a linked folder, or by another link, change the digest") {
  LinkedRecordings linked;
  InspectOptions cached;
  cached.cache = linked.place.path() / "digests.json";
  fs::rename(linked.plain / "responses", linked.objects / "responses");
  fs::create_directory_symlink(linked.objects / "responses", linked.plain / "responses");
  const std::string before = linked.only(cached).digest;
  linked.recording.responses[0] = 77;
  write_atomically(linked.objects / "responses" / "data.npy",
                   npy_bytes(NumberType::f32, {200, 2}, linked.recording.responses.data()));
  const std::string after = linked.only(cached).digest;
  CHECK(after != before);
  // Another file of the same size and time in its place.
  const fs::path file = linked.objects / "responses" / "data.npy";
  const auto time = fs::last_write_time(file);
  annex(file, linked.objects, "one.npy");
  CHECK(linked.only(cached).digest == after);
  linked.recording.responses[0] = 78;
  write_atomically(linked.objects / "two.npy",
                   npy_bytes(NumberType::f32, {200, 2}, linked.recording.responses.data()));
  fs::last_write_time(linked.objects / "two.npy", time);
  fs::remove(file);
  fs::create_symlink(linked.objects / "two.npy", file);
  CHECK(linked.only(cached).digest != after);
  CHECK(about(verify(linked.data, {cached.cache, nullptr}).diagnostics,
              linked.data / "mouse-a" / "responses" / "data.npy") == nullptr);
}

TEST_CASE("links: circles end, and are told") {
  LinkedRecordings linked;
  const std::string digest = linked.only().digest;
  fs::create_directory_symlink(linked.plain, linked.plain / "screen" / "round");
  fs::create_directory_symlink("../..", linked.plain / "screen" / "up");
  fs::create_directory_symlink(linked.data, linked.plain / "top");
  const SessionInfo info = linked.only();
  CHECK(info.digest == digest);
  CHECK_FALSE(has_errors(info.problems));
  CHECK(info.problems.size() == 3);
  const Diagnostic* round = about(info.problems, linked.data / "mouse-a" / "screen" / "round");
  REQUIRE(round != nullptr);
  CHECK(round->found == "a link to " + linked.plain.string());
  CHECK(verify(linked.data, {}).diagnostics.size() == 3);
}

TEST_CASE("links: one that leads nowhere is told with its target, wherever it stands") {
  LinkedRecordings linked;
  const fs::path nowhere = linked.place.path() / "unmounted" / "x";
  const auto told = [&](const fs::path& link, Severity severity) {
    fs::create_symlink(nowhere, link);
    const Manifest manifest = inspect(linked.data, {});
    const Diagnostic* problem = nullptr;
    for (const SessionInfo& info : manifest.sessions) {
      if (problem == nullptr && about(info.problems, link) != nullptr) {
        problem = about(info.problems, link);
        CHECK(problem->severity == severity);
        CHECK(problem->found.find(nowhere.string()) != std::string::npos);
        CHECK(std::count_if(info.problems.begin(), info.problems.end(),
                            [&](const Diagnostic& d) { return d.file == link.string(); }) == 1);
        break;
      }
    }
    CHECK(problem != nullptr);
    CHECK(about(verify(linked.data, {}).diagnostics, link) != nullptr);
    fs::remove(link);
  };
  const fs::path session = linked.data / "mouse-a";
  told(linked.data / "mouse-b", Severity::error);
  told(session / "treadmill", Severity::error);
  told(session / "notes.txt", Severity::warning);
  told(session / "screen" / "meta" / "00002.yml", Severity::error);
  told(session / "screen" / "combined_meta.json", Severity::error);
  fs::remove(session / "responses" / "data.npy");
  told(session / "responses" / "data.npy", Severity::error);
}

TEST_CASE("files: what macOS leaves is no session, no modality, and not in the digest") {
  LinkedRecordings linked;
  const std::string digest = linked.only().digest;
  for (const fs::path& folder :
       {linked.data, linked.plain, linked.plain / "responses", linked.plain / "screen" / "meta"}) {
    for (const char* name : {".DS_Store", "._responses", "._00000.yml", "._mouse-a"}) {
      write_atomically(folder / name, "Mac OS X");
    }
  }
  CHECK(linked.only().digest == digest);
  CHECK(linked.only().problems.empty());
  CHECK(verify(linked.data, {}).diagnostics.empty());
}

}  // namespace enigma::recordings
