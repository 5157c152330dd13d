// What is wrong with a recording is said with the file and the field, and nothing crashes.
#include "recordings/format/document.h"
#include "recordings/manifest.h"
#include "recordings/small_recording.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace enigma::recordings {
namespace {

std::vector<Diagnostic> problems_of(const std::filesystem::path& folder) {
  const Manifest manifest = inspect(folder, {});
  REQUIRE(manifest.sessions.size() == 1);
  return manifest.sessions[0].problems;
}

// The one problem of a session after `path` in it was overwritten; the session does not open.
Diagnostic problem_after(SmallRecording& recording, const char* path, const std::string& bytes) {
  const auto& folder = recording.write();
  write_atomically(folder / path, bytes);
  const std::vector<Diagnostic> problems = problems_of(folder);
  REQUIRE(problems.size() == 1);
  CHECK(!Session::open(folder).ok());
  CHECK(problems[0].severity == Severity::error);
  CHECK(problems[0].file == (folder / path).string());
  return problems[0];
}

}  // namespace

TEST_CASE("inspect: a truncated array is named with what is missing") {
  SmallRecording recording;
  const std::string whole = npy_bytes(NumberType::f32, {200, 2}, recording.responses.data());
  const Diagnostic d =
      problem_after(recording, "responses/data.npy", whole.substr(0, whole.size() - 100));
  CHECK(d.pointer == "data");
  CHECK(d.expected == "1600 bytes of numbers");
  CHECK(d.found == "1500");
}

TEST_CASE("inspect: NaN in responses is an error that names the row and the neuron") {
  SmallRecording recording;
  recording.responses[7 * 2 + 1] = std::numeric_limits<float>::quiet_NaN();
  const auto& folder = recording.write();
  const std::vector<Diagnostic> problems = problems_of(folder);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].severity == Severity::error);
  CHECK(problems[0].file == (folder / "responses" / "data.npy").string());
  CHECK(problems[0].pointer == "row 7, neuron 1");
  CHECK(problems[0].found == "NaN in 1 of 200 rows");
  CHECK(Session::open(folder).ok());  // the rest of it can be used
}

TEST_CASE("inspect: a trial that is no mapping is a problem of its file") {
  SmallRecording combined, single;
  const Diagnostic in_all = problem_after(combined, "screen/combined_meta.json", R"({"00000": 5})");
  CHECK(in_all.pointer == "/00000");
  CHECK(in_all.expected == "a mapping of its fields");
  CHECK(in_all.found == "5");
  const Diagnostic alone = problem_after(single, "screen/meta/00000.yml", "- 1\n- 2\n");
  CHECK(alone.found == "[1,2]");
}

TEST_CASE("inspect: fields of the wrong type, unknown words and short files are named") {
  SmallRecording recording;
  SUBCASE("rate") {
    const Diagnostic d =
        problem_after(recording, "responses/meta.yml",
                      "modality: sequence\nstart_time: 0\nend_time: 20\nsampling_rate: fast\n");
    CHECK(d.pointer == "/sampling_rate");
    CHECK(d.found == "\"fast\"");
  }
  SUBCASE("number type") {
    const Diagnostic d = problem_after(
        recording, "responses/meta.yml",
        "modality: sequence\nstart_time: 0\nend_time: 20\nsampling_rate: 10\nis_mem_mapped: true\n"
        "n_timestamps: 200\nn_signals: 2\ndtype: float31\n");
    CHECK(d.pointer == "/dtype");
    CHECK(d.suggestion.find("float32") != std::string::npos);
  }
  SUBCASE("modality") {
    const Diagnostic d = problem_after(recording, "responses/meta.yml", "modality: sequenec\n");
    CHECK(d.suggestion.find("sequence") != std::string::npos);
  }
  SUBCASE("kind of trial") {
    const Diagnostic d =
        problem_after(recording, "screen/meta/00000.yml",
                      "modality: film\nfirst_frame_idx: 0\nnum_frames: 20\nimage_size: [2, 3]\n");
    CHECK(d.pointer == "/modality");
    CHECK(d.found == "film");
  }
  SUBCASE("size of the pictures") {
    const std::vector<uint8_t> small(19 * 6);
    const Diagnostic d = problem_after(recording, "screen/data/00000.npy",
                                       npy_bytes(NumberType::u8, {19, 2, 3}, small.data()));
    CHECK(d.found == "(19, 2, 3)");
  }
  SUBCASE("flips that fall") {
    const std::vector<double> flips(21, 1.0);
    const Diagnostic d = problem_after(recording, "screen/timestamps.npy",
                                       npy_bytes(NumberType::f64, {21}, flips.data()));
    CHECK(d.pointer == "/1");
  }
}

TEST_CASE("inspect: data.mem shorter than its meta.yml says is refused, however large it says") {
  SmallRecording recording;
  const auto& folder = recording.write();
  write_atomically(folder / "responses" / "data.mem", "1234");
  for (const char* rows : {"200", "9223372036854775807"}) {
    write_atomically(folder / "responses" / "meta.yml",
                     std::string("modality: sequence\nstart_time: 0\nend_time: 20\nsampling_rate: "
                                 "10\nis_mem_mapped: true\nn_signals: 2\ndtype: float32\n") +
                         "n_timestamps: " + rows + "\n");
    const std::vector<Diagnostic> problems = problems_of(folder);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].pointer == "data");
    CHECK(problems[0].found == "4");
  }
}

TEST_CASE("inspect: a trial without a tier is in none, and a session without some is normal") {
  SmallRecording recording;
  recording.trials = {{"train", true}, {"", true}};
  Manifest manifest = inspect(recording.write(), {});
  CHECK(manifest.sessions[0].problems.empty());
  CHECK(manifest.sessions[0].tiers.size() == 1);
  CHECK(manifest.sessions[0].tiers["train"].trials == 1);
  CHECK(manifest.sessions[0].animal.empty());
}

TEST_CASE("inspect: what is no folder of sessions is refused") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(inspect(folder.path(), {}), InputError);
  CHECK_THROWS_AS(inspect(folder.path() / "none", {}), InputError);
}

TEST_CASE("inspect: the digest follows content, not time, and is remembered in the cache") {
  SmallRecording recording;
  const auto& folder = recording.write();
  const TemporaryFolder store;
  InspectOptions options;
  options.cache = store.path() / "digests.json";
  const std::string digest = inspect(folder, options).sessions[0].digest;
  CHECK(digest.size() == 64);
  CHECK(std::filesystem::exists(options.cache));
  CHECK(inspect(folder, options).sessions[0].digest == digest);
  std::filesystem::last_write_time(folder / "responses" / "data.npy",
                                   std::filesystem::file_time_type::clock::now());
  CHECK(inspect(folder, options).sessions[0].digest == digest);
  write_atomically(options.cache, "{not json");
  CHECK(inspect(folder, options).sessions[0].digest == digest);
  write_atomically(folder / "note.txt", "new");
  CHECK(inspect(folder, options).sessions[0].digest != digest);
}

TEST_CASE("document: yaml that would grow or nest without end is refused") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "meta.yml";
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 1; k < 10; ++k) { bomb += ", " + before; }
    bomb += "]\n";
  }
  write_atomically(file, bomb);
  CHECK(!read_yaml(file).ok());
  write_atomically(file, std::string(100000, '['));
  CHECK(!read_yaml(file).ok());
  write_atomically(file, "a: [1, 2\nb: }");
  const auto broken = read_yaml(file);
  REQUIRE(broken.diagnostics.size() == 1);
  CHECK(broken.diagnostics[0].line == 2);
}

TEST_CASE("document: plain scalars get their type and quoted ones stay text") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "meta.yml";
  write_atomically(file,
                   "a: 1\nb: 1.5\nc: \"1\"\nd: true\ne: ~\nf: word\ng: 1.6e9\n"
                   "h: 18446744073709551615\ni: 18446744073709551616\nj: -1\n");
  const nlohmann::json read = read_yaml(file).value.value();
  CHECK(read == nlohmann::json{{"a", 1},
                               {"b", 1.5},
                               {"c", "1"},
                               {"d", true},
                               {"e", nullptr},
                               {"f", "word"},
                               {"g", 1.6e9},
                               {"h", 18446744073709551615u},
                               {"i", "18446744073709551616"},
                               {"j", -1}});
}

}  // namespace enigma::recordings
