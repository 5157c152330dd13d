// Every fact beside the synthetic Sensorium folders, those of the published loaders included, held
// against what the native reader finds in the imported sessions.
#include "recordings/import/sensorium/sensorium.h"

#include "recordings/format/native_files.h"
#include "recordings/import/imported_session.h"
#include "recordings/import/sensorium/small_sensorium.h"
#include "recordings/import/sensorium/whole_array.h"
#include "recordings/shared_recordings.h"
#include "recordings/temporary_folder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>

namespace enigma::recordings::importer::sensorium {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr double kFloatSum = 2e-6;  // relative: sums of float32 in another order

struct Imported {
  struct Trial {
    int64_t index = 0, frames = 0, row = 0;  ///< of the screen; its frames; its first row
    Json fields;
  };
  fs::path folder;
  SessionRecord record;
  Screen screen;
  std::map<std::string, Sequence> lanes;
  std::map<int64_t, Trial> trials;  ///< by number of the source's file

  Imported(const fs::path& source, SensoriumYear year, const fs::path& out) : folder(out) {
    ReadRequest request;
    request.source = source;
    request.session = out;
    request.name = source.filename().string();
    record = read_sensorium(request, year);
    screen = screen_at(out / "screen");
    for (const char* lane : {"responses", "eye_tracker", "treadmill"}) {
      lanes.emplace(lane, sequence_at(out / lane));
    }
    for (size_t i = 0; i < screen.trials.size(); ++i) {
      Json fields = yaml_at(out / "screen" / "meta" / (screen.trials[i].number + ".yml"));
      if (!fields.contains("trial")) { continue; }
      const int64_t number = fields["trial"];
      const double onset_s = screen.onset_s(static_cast<int64_t>(i));
      trials[number] = {static_cast<int64_t>(i), screen.trials[i].frames,
                        row_at(lanes.at("responses"), onset_s), std::move(fields)};
    }
  }
  std::vector<float> frame(const Trial& trial, int64_t f) const {
    std::vector<float> pixels(static_cast<size_t>(screen.height * screen.width));
    FrameReader(screen).read(screen.first_frames[static_cast<size_t>(trial.index)] + f, pixels);
    return pixels;
  }
  std::vector<double> signal(const std::string& lane, int64_t n, const Trial& trial) const {
    return signal_of(lanes.at(lane), n, trial.row, trial.frames);
  }
  // The source's arrays from the lanes: which signal of which lane.
  std::vector<double> source_signal(const std::string& group, int64_t n, const Trial& t) const {
    const int64_t eyes = lanes.at("eye_tracker").signals;
    if (group == "responses") { return signal("responses", n, t); }
    if (group == "pupil_center") { return signal("eye_tracker", eyes - 2 + n, t); }
    return n < eyes - 2 ? signal("eye_tracker", n, t) : signal("treadmill", 0, t);
  }
};

void check_first(const std::vector<double>& ours, const Json& theirs, double within) {
  for (size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    CHECK(ours[i] == doctest::Approx(theirs[i].get<double>()).epsilon(within));
  }
}

std::vector<Json> expected_of(const fs::path& cases, const std::string& layout) {
  std::vector<Json> found;
  for (const auto& entry : fs::directory_iterator(cases)) {
    if (entry.path().filename().string().ends_with(".expected.json")) {
      Json facts = json_at(entry.path());
      if (facts.at("layout") == layout) { found.push_back(std::move(facts)); }
    }
  }
  return found;
}

void check_tiers(const Imported& session, const Json& tiers) {
  std::map<std::string, int64_t> told;
  for (const auto& [tier, numbers] : tiers.items()) {
    for (const int64_t number : numbers) {
      CAPTURE(number);
      if (tier == "none") {
        CHECK_FALSE(session.trials.contains(number));
        continue;
      }
      REQUIRE(session.trials.contains(number));
      CHECK(session.trials.at(number).fields.at("tier") == tier);
      CHECK(session.screen.trials[size_t(session.trials.at(number).index)].tier == tier);
      ++told[tier];
    }
  }
  for (const auto& [tier, count] : told) { CHECK(session.record.tiers.at(tier).trials == count); }
  CHECK(session.record.tiers.size() == told.size());
}

void check_neurons(const Imported& session, const Json& facts) {
  const Json neurons = json_at(session.folder / "neurons.json");
  CHECK(session.lanes.at("responses").signals == facts.at("n_neurons"));
  CHECK(session.record.neurons == facts.at("n_neurons"));
  CHECK(neurons.at("unit_ids") == facts.at("unit_ids"));
  if (facts.contains("area")) { CHECK(neurons.at("area") == facts.at("area")); }
  const Json& places = neurons.at("cell_motor_coordinates");
  CHECK(places.at(0) == facts.at("coordinates_first"));
  for (size_t axis = 0; axis < 3; ++axis) {
    int64_t sum = 0;
    for (const Json& place : places) { sum += place.at(axis).get<int64_t>(); }
    CHECK(sum == facts.at("coordinates_sum").at(axis));
  }
  const std::vector<double> deviations =
      numbers_at(session.folder / "responses" / "meta" / "stds.npy");
  check_first(deviations, facts.at("response_std"), 1e-12);
  const double floor = 0.01 * sum_of(deviations) / double(deviations.size());
  CHECK(floor == doctest::Approx(facts.at("response_std_floor").get<double>()).epsilon(1e-12));
  for (size_t n = 0; n < deviations.size(); ++n) {
    CHECK((deviations[n] < floor) == (std::count(facts.at("floored_neurons").begin(),
                                                 facts.at("floored_neurons").end(), n) == 1));
  }
}

// Each stored number has the bits of the source's.
void check_bits(const Imported& session, const fs::path& source,
                const std::vector<std::string>& groups) {
  for (const auto& [number, trial] : session.trials) {
    for (const std::string& group : groups) {
      const WholeArray array =
          read_whole_array(source / "data" / group / (std::to_string(number) + ".npy"))
              .value.value();
      const int64_t stride = array.shape.size() == 1 ? 1 : array.shape[1];
      for (int64_t n = 0; n < array.shape[0]; ++n) {
        const std::vector<double> ours = session.source_signal(group, n, trial);
        for (int64_t t = 0; t < trial.frames; ++t) {
          const double theirs = array.number(n * stride + t);
          if (std::memcmp(&ours[size_t(t)], &theirs, sizeof theirs) != 0) {
            FAIL_CHECK(group << " of trial " << number << ", signal " << n << ", sample " << t);
          }
        }
      }
    }
  }
}

// ---- 2023 ---------------------------------------------------------------------------------------

void check_trial_2023(const Imported& session, const Imported::Trial& trial, const Json& facts) {
  CHECK(trial.frames == facts.at("length"));
  double video = 0;
  for (int64_t f = 0; f < trial.frames; ++f) {
    const std::vector<float> pixels = session.frame(trial, f);
    const double sum = sum_of({pixels.begin(), pixels.end()});
    video += sum;
    if (f == 0) {
      check_first({pixels.begin(), pixels.end()}, facts.at("video_frame0_first"), 1e-12);
    }
    if (f == trial.frames - 1) { CHECK(sum == facts.at("video_last_frame_sum")); }
  }
  CHECK(video == facts.at("video_sum"));
  double responses = 0;
  for (int64_t n = 0; n < session.record.neurons; ++n) {
    responses += sum_of(session.signal("responses", n, trial));
  }
  CHECK(responses == doctest::Approx(facts.at("response_sum").get<double>()).epsilon(1e-9));
  check_first(session.signal("responses", 0, trial), facts.at("response_first_neuron0"), 1e-12);
  for (int64_t n = 0; n < 2; ++n) {
    CHECK(sum_of(session.source_signal("behavior", n, trial)) ==
          doctest::Approx(facts.at("behavior_sum")[size_t(n)].get<double>()).epsilon(1e-9));
    CHECK(sum_of(session.source_signal("pupil_center", n, trial)) ==
          doctest::Approx(facts.at("pupil_sum")[size_t(n)].get<double>()).epsilon(1e-9));
  }
}

struct Scale {
  std::vector<double> shift, divisor;
};

Scale scale_of(const Imported& session, const std::string& group) {
  const std::string lane = group == "responses" ? "responses" : "eye_tracker";
  std::vector<double> means = numbers_at(session.folder / lane / "meta" / "means.npy");
  std::vector<double> deviations = numbers_at(session.folder / lane / "meta" / "stds.npy");
  if (group == "responses") {
    const double floor = 0.01 * sum_of(deviations) / double(deviations.size());
    for (double& deviation : deviations) {
      if (deviation <= floor) { deviation = floor; }
    }
    return {std::vector<double>(means.size(), 0), deviations};
  }
  if (group == "pupil_center") {
    return {{means.end() - 2, means.end()}, {deviations.end() - 2, deviations.end()}};
  }
  deviations.erase(deviations.end() - 2, deviations.end());
  deviations.push_back(numbers_at(session.folder / "treadmill" / "meta" / "stds.npy")[0]);
  return {std::vector<double>(deviations.size(), 0), deviations};
}

// What the published loader returns, computed from the native session.
void check_loader_2023(const Imported& session, const Json& loader) {
  const Json& options = loader.at("options");
  if (!options.value("include_pupil_centers", false)) {
    return;  // other groups, other lengths
  }
  CHECK(session.record.data_key == loader.at("data_key").get<std::string>());
  check_tiers(session, loader.at("tiers"));
  for (const auto& [number, facts] : loader.at("trials").items()) {
    const Imported::Trial& trial = session.trials.at(std::stoll(number));
    for (const char* group : {"responses", "behavior", "pupil_center"}) {
      const Json& expected = facts.at(group);
      const int64_t signals = expected.at("shape").at(0);
      CHECK(trial.frames == expected.at("shape").at(1));
      Scale scale{std::vector<double>(size_t(signals), 0), std::vector<double>(size_t(signals), 1)};
      if (options.at("normalize").get<bool>()) { scale = scale_of(session, group); }
      std::vector<double> all;
      for (int64_t n = 0; n < signals; ++n) {
        for (const double x : session.source_signal(group, n, trial)) {
          all.push_back((x - scale.shift[size_t(n)]) / scale.divisor[size_t(n)]);
        }
      }
      CAPTURE(group);
      check_first(all, expected.at("first"), 2e-5);
      double magnitude = 1;
      for (const double x : all) { magnitude += std::abs(x); }
      CHECK(std::abs(sum_of(all) - expected.at("sum").get<double>()) < kFloatSum * magnitude);
    }
  }
}

}  // namespace

TEST_CASE("sensorium: every fact of the 2023 folders holds in the imported session") {
  const auto shared = shared_recordings("sensorium: facts of 2023");
  if (shared.empty()) { return; }
  const auto cases = expected_of(shared / "sensorium-cases", "sensorium-2023");
  REQUIRE(!cases.empty());
  for (const Json& facts : cases) {
    const fs::path source = shared / "sensorium-cases" / facts.at("folder").get<std::string>();
    const TemporaryFolder out;
    const Imported session(source, SensoriumYear::dynamic_2023, out.path());
    CHECK(session.screen.height == facts.at("video_shape").at(0));
    CHECK(session.screen.width == facts.at("video_shape").at(1));
    check_tiers(session, facts.at("tiers"));
    check_neurons(session, facts);
    for (const auto& [number, trial] : session.trials) {
      CHECK(trial.frames == facts.at("usable_length").at(size_t(number)));
      CHECK(name_of(session.screen.pictures[size_t(session.screen.picture_of[size_t(trial.index)])]
                        .type) == facts.at("video_dtypes").at(size_t(number)).get<std::string>());
      check_trial_2023(session, trial, facts.at("trials").at(size_t(number)));
    }
    for (const auto& [name, loader] : facts.at("real_loader").items()) {
      check_loader_2023(session, loader);
    }
    check_bits(session, source, {"responses", "behavior", "pupil_center"});
  }
}

TEST_CASE("sensorium: every fact of the 2022 folders holds in the imported session") {
  const auto shared = shared_recordings("sensorium: facts of 2022");
  if (shared.empty()) { return; }
  const auto cases = expected_of(shared / "sensorium-cases", "sensorium-2022");
  REQUIRE(!cases.empty());
  for (const Json& facts : cases) {
    const fs::path source = shared / "sensorium-cases" / facts.at("folder").get<std::string>();
    const TemporaryFolder out;
    const Imported session(source, SensoriumYear::static_2022, out.path());
    check_tiers(session, facts.at("tiers"));
    check_neurons(session, facts);
    CHECK(int64_t(session.trials.size()) == facts.at("n_trials"));
    CHECK(session.lanes.at("responses").type ==
          type_of_name(facts.at("response_dtype").get<std::string>()));
    std::map<int64_t, std::string> stimuli;
    for (const auto& [number, trial] : session.trials) {
      const auto i = static_cast<size_t>(number);
      const Json& expected = facts.at("trials").at(i);
      CHECK(trial.fields.at("frame_image_id") == facts.at("frame_image_id").at(i));
      CHECK(trial.fields.at("trial_idx") == facts.at("trial_idx").at(i));
      // Equal ids are repeats: one picture on disk.
      const auto [known, fresh] = stimuli.emplace(facts.at("frame_image_id").at(i), "");
      if (fresh) { known->second = trial.fields.at("stimulus_name"); }
      CHECK(known->second == trial.fields.at("stimulus_name").get<std::string>());
      const std::vector<float> pixels = session.frame(trial, 0);
      CHECK(sum_of({pixels.begin(), pixels.end()}) == expected.at("image_sum"));
      check_first({pixels.begin(), pixels.end()}, expected.at("image_first"), 1e-12);
      std::vector<double> row;
      for (int64_t n = 0; n < session.record.neurons; ++n) {
        row.push_back(session.signal("responses", n, trial)[0]);
      }
      CHECK(sum_of(row) ==
            doctest::Approx(expected.at("response_sum").get<double>()).epsilon(1e-12));
      check_first(row, expected.at("response_first"), 1e-15);
      for (int64_t n = 0; n < 3; ++n) {
        CHECK(session.source_signal("behavior", n, trial)[0] ==
              expected.at("behavior").at(size_t(n)));
      }
      for (int64_t n = 0; n < 2; ++n) {
        CHECK(session.source_signal("pupil_center", n, trial)[0] ==
              expected.at("pupil_center").at(size_t(n)));
      }
    }
    const Scale scale = scale_of(session, "responses");
    const Imported::Trial& first = session.trials.at(0);
    for (size_t n = 0; n < facts.at("scaled_response_trial0").size(); ++n) {
      CHECK(session.signal("responses", int64_t(n), first)[0] / scale.divisor[n] ==
            doctest::Approx(facts.at("scaled_response_trial0")[n].get<double>()).epsilon(1e-6));
    }
    CHECK(session.record.data_key ==
          facts.at("real_loader").begin()->at("data_key").get<std::string>());
    check_bits(session, source, {"responses", "behavior", "pupil_center"});
  }
}

namespace {

std::vector<Diagnostic> refused(const SmallSensorium& small,
                                SensoriumYear year = SensoriumYear::dynamic_2023) {
  const TemporaryFolder out;
  ReadRequest request;
  request.source = small.path;
  request.session = out.path();
  request.name = "small";
  try {
    read_sensorium(request, year);
  } catch (const InputError& error) { return error.diagnostics(); }
  return {};
}

}  // namespace

TEST_CASE("sensorium: a blank frame over zeros stands between two trials and not after the last") {
  const SmallSensorium small;
  const TemporaryFolder out;
  const Imported session(small.path, SensoriumYear::dynamic_2023, out.path());
  CHECK(session.lanes.at("responses").rows == 6 + 1 + 6);
  CHECK(sum_of(signal_of(session.lanes.at("responses"), 1, 6, 1)) == 0);
  CHECK(session.screen.trials.size() == 4);  // two trials, the blank between, the closing one
  CHECK(session.screen.trials[1].kind == TrialKind::blank);
  CHECK(session.record.seconds == doctest::Approx(12.0 / 30));
  CHECK(session.record.animal == "7");
}

TEST_CASE("sensorium: ids of 64 bits are kept exactly") {
  const SmallSensorium small;
  const int64_t ids[] = {864691135591041291, 864691135591041292};
  const uint64_t hashes[] = {UINT64_MAX, 9007199254740993, 0};
  const double doubles[] = {3, 0.5, 1e300};
  fs::create_directories(small.path / "meta" / "neurons");
  write_array(small.path / "meta" / "neurons" / "unit_ids.npy", NumberType::i64, {2}, ids);
  write_array(small.path / "meta" / "trials" / "condition.npy", NumberType::u64, {3}, hashes);
  write_array(small.path / "meta" / "trials" / "level.npy", NumberType::f64, {3}, doubles);
  const TemporaryFolder out;
  const Imported session(small.path, SensoriumYear::dynamic_2023, out.path());
  const Json neurons = json_at(session.folder / "neurons.json");
  CHECK(neurons.at("unit_ids").dump() == "[864691135591041291,864691135591041292]");
  const auto fields = [&](const char* trial) {
    return read_yaml(session.folder / "screen" / "meta" / trial).value.value();
  };
  CHECK(fields("00000.yml").at("condition") == UINT64_MAX);
  CHECK(fields("00000.yml").at("level") == 3);
  CHECK(fields("00000.yml").at("level").is_number_integer());
  CHECK(fields("00002.yml").at("level") == 1e300);
}

TEST_CASE("sensorium: a trial that is NaN from the start is listed as left out") {
  const SmallSensorium small;
  const std::vector<float> numbers(12, NAN);
  write_array(small.file("responses", 2), NumberType::f32, {2, 6}, numbers.data());
  const TemporaryFolder out;
  const Imported session(small.path, SensoriumYear::dynamic_2023, out.path());
  CHECK(session.record.tiers.size() == 1);
  REQUIRE(session.record.left_out.size() == 2);  // and the trial of tier none
  CHECK(session.record.left_out[0].first == "trial 2");
}

TEST_CASE("sensorium: what macOS puts beside the arrays is no trial and no column") {
  const SmallSensorium small;
  for (const char* file : {"data/responses/._0.npy", "data/videos/.DS_Store",
                           "meta/neurons/._unit_ids.npy", "meta/trials/._tiers.npy"}) {
    write_file(small.path / file, "Mac OS X");
  }
  const TemporaryFolder out;
  const Imported session(small.path, SensoriumYear::dynamic_2023, out.path());
  CHECK(session.record.left_out.size() == 1);  // the trial of tier none
}

TEST_CASE("sensorium: a column of Python objects is left out and listed, the folder imported") {
  const SmallSensorium small;
  std::string file("\x93NUMPY\x01\x00", 8);
  const std::string header = "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }\n";
  write_file(small.path / "meta" / "trials" / "frame_trial_ts.npy",
             file + static_cast<char>(header.size()) + '\0' + header + "pickled");
  const TemporaryFolder out;
  const Imported session(small.path, SensoriumYear::dynamic_2023, out.path());
  REQUIRE(session.record.left_out.size() == 2);  // and the trial of tier none
  CHECK(session.record.left_out[0].first == "meta/trials/frame_trial_ts.npy");
}

TEST_CASE("sensorium: what is wrong with a folder is told with file and field, all at once") {
  SmallSensorium small;
  REQUIRE(refused(small).empty());
  SUBCASE("a group is missing") {
    fs::remove_all(small.path / "data" / "responses");
    const auto wrong = refused(small);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].pointer == "data/responses");
  }
  SUBCASE("the folder is of the other year") {
    const auto wrong = refused(small, SensoriumYear::static_2022);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].suggestion.find("--from sensorium2023") != std::string::npos);
  }
  SUBCASE("lengths differ within a trial, in two trials") {
    small.write("responses", 0, {2, 5});
    small.write("behavior", 2, {2, 7});
    const auto wrong = refused(small);
    REQUIRE(wrong.size() == 2);
    CHECK(wrong[0].file == small.file("responses", 0).string());
    CHECK(wrong[1].pointer == "shape");
  }
  SUBCASE("a trial's neurons differ from the first's") {
    small.write("responses", 2, {3, 6});
    CHECK(refused(small).size() == 1);
  }
  SUBCASE("a tier is unknown") {
    small.write_tiers({"train", "tset", "oracle"});
    const auto wrong = refused(small);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].found == "tset");
    CHECK(wrong[0].suggestion.find("test") != std::string::npos);
  }
  SUBCASE("tiers and files differ in number") {
    small.write_tiers({"train", "oracle"});
    CHECK(refused(small).size() == 4);
  }
  SUBCASE("an array is truncated") {
    fs::resize_file(small.file("videos", 1), 300);
    const auto wrong = refused(small);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].pointer == "data");
  }
  SUBCASE("all is NaN from the start") {
    std::vector<float> numbers(12, NAN);
    for (int trial = 0; trial < 3; ++trial) {
      write_file(small.file("responses", trial),
                 npy_bytes(NumberType::f32, {2, 6}, numbers.data()));
    }
    CHECK(refused(small).size() == 1);
  }
}

}  // namespace enigma::recordings::importer::sensorium
