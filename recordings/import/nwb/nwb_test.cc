// Every fact beside the NWB files held against the imported sessions; and the sources read again,
// with HDF5 itself, number for number.
#include "recordings/import/nwb/nwb.h"

#include "recordings/import/nwb/nwb_files_fixture.h"
#include "recordings/import/nwb/nwb_imported.h"
#include "recordings/shared_recordings.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

namespace enigma::recordings::importer::nwb {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

double number(const Json& json) {
  return json.get<double>();
}

void check_near(double ours, const Json& theirs, double within = 1e-9) {
  CHECK(ours == doctest::Approx(number(theirs)).epsilon(within));
}

// The value that the native reader gives at a sample's own time, for every sample of the source.
void check_readable(const Sequence& sequence, int64_t signal, const std::vector<double>& times_s,
                    const std::vector<double>& values) {
  REQUIRE(times_s.size() == values.size());
  int64_t wrong = 0;
  for (size_t i = 0; i < times_s.size(); ++i) {
    const int64_t row = row_at(sequence, times_s[i]);
    REQUIRE(row >= 0);
    REQUIRE(row < sequence.rows);
    const double found = number_at(sequence.row(row), sequence.type, size_t(signal));
    wrong += std::memcmp(&found, &values[i], sizeof found) == 0 ||
                     (std::isnan(found) && std::isnan(values[i]))
                 ? 0
                 : 1;
  }
  CHECK(wrong == 0);
}

// ---- spikes
// ---------------------------------------------------------------------------------------

void check_units(const Imported& session, const Json& units) {
  const Json meta = yaml_at(session.folder / "spikes" / "meta.yml");
  const Json& ends = meta.at("spike_indices");
  const std::vector<double> times_s = numbers_at(session.folder / "spikes" / "spikes.npy");
  CHECK(ends.size() == units.at("n").get<size_t>() + 1);
  CHECK(int64_t(times_s.size()) == units.at("total_spikes"));
  check_near(sum_of(times_s), units.at("spike_times_sum"));
  for (size_t i = 0; i < units.at("first").size(); ++i) {
    CHECK(times_s[i] == number(units.at("first")[i]));
    CHECK(times_s[times_s.size() - 5 + i] == number(units.at("last")[i]));
  }
  std::vector<int64_t> silent;
  for (size_t unit = 0; unit + 1 < ends.size(); ++unit) {
    const auto from = ends[unit].get<size_t>(), to = ends[unit + 1].get<size_t>();
    CHECK(to - from == units.at("spikes_per_unit").at(unit));
    if (from == to) { silent.push_back(int64_t(unit)); }
    if (unit < units.at("per_unit_first").size()) {
      CHECK(times_s[from] == number(units.at("per_unit_first")[unit]));
      CHECK(times_s[to - 1] == number(units.at("per_unit_last")[unit]));
    }
  }
  CHECK(Json(silent) == units.at("silent_units"));
  const Json neurons = json_at(session.folder / "neurons.json");
  for (size_t i = 0; i < units.at("ids").size(); ++i) {
    if (units.at("ids")[i].is_number()) { CHECK(neurons.at("id")[i] == units.at("ids")[i]); }
  }
  for (size_t i = 0; i < units.at("area").size(); ++i) {
    CHECK(neurons.at("area")[i] == units.at("area")[i]);
  }
  for (size_t i = 0; i < units.at("electrodes_first").size(); ++i) {
    CHECK(neurons.at("electrodes")[i].at(0) == units.at("electrodes_first")[i]);
  }
}

void check_bins(const Imported& session, const Json& bins, int64_t trials) {
  const Sequence responses = session.sequence("responses");
  const int64_t per_trial = bins.at("bins_per_trial");
  CHECK(1 / responses.rate_hz == doctest::Approx(number(bins.at("seconds"))));
  CHECK(responses.rows == per_trial * trials);
  std::vector<int64_t> per_bin(size_t(per_trial), 0), first_trial(size_t(responses.signals), 0);
  int64_t total = 0, largest = 0;
  for (int64_t row = 0; row < responses.rows; ++row) {
    for (int64_t unit = 0; unit < responses.signals; ++unit) {
      const auto count = int64_t(number_at(responses.row(row), responses.type, size_t(unit)));
      per_bin[size_t(row % per_trial)] += count;
      if (row < per_trial) { first_trial[size_t(unit)] += count; }
      total += count;
      largest = std::max(largest, count);
    }
  }
  CHECK(total == bins.at("counts_total"));
  CHECK(largest == bins.at("max_count"));
  CHECK(Json(per_bin) == bins.at("counts_per_bin_of_trial"));
  for (size_t unit = 0; unit < bins.at("trial0_unit_counts").size(); ++unit) {
    CHECK(first_trial[unit] == bins.at("trial0_unit_counts")[unit]);
  }
}

void check_trials_table(const Imported& session, const Json& facts) {
  const Json trials = json_at(session.folder / "trials.json");
  CHECK(trials.size() == facts.at("n"));
  std::map<std::string, int64_t> tiers;
  double starts = 0, left = 0, right = 0;
  int64_t feedback = 0, correct = 0;
  for (const Json& trial : trials) {
    ++tiers[trial.at("tier")];
    starts += number(trial.at("start_time"));
    left += number(trial.at("contrast_left"));
    right += number(trial.at("contrast_right"));
    feedback += trial.at("feedback").get<int64_t>();
    correct += trial.at("correct").get<bool>() ? 1 : 0;
    for (const Json& column : facts.at("columns")) {
      CHECK(trial.contains(column.get<std::string>()));
    }
  }
  CHECK(Json(tiers) == facts.at("tiers"));
  for (const auto& [tier, count] : tiers) { CHECK(session.record.tiers.at(tier).trials == count); }
  check_near(starts, facts.at("start_sum"));
  check_near(left, facts.at("contrast_left_sum"));
  check_near(right, facts.at("contrast_right_sum"));
  CHECK(feedback == facts.at("feedback_sum"));
  CHECK(correct == facts.at("correct"));
  CHECK(trials.back().at("stop_time") == facts.at("stop_last"));
  for (size_t i = 0; i < facts.at("start_first").size(); ++i) {
    CHECK(trials[i].at("start_time") == facts.at("start_first")[i]);
  }
}

void check_feedback(const Imported& session, const Json& facts) {
  const Sequence feedback = session.sequence("feedback");
  CHECK(feedback.rows == facts.at("n"));
  CHECK(name_of(feedback.type) == facts.at("dtype").get<std::string>());
  CHECK(feedback.rate_hz == facts.at("rate"));
  CHECK(row_at(feedback, number(facts.at("starting_time"))) == 0);
  check_near(sum_of(signal_of(feedback, 0, 0, feedback.rows)), facts.at("value_sum"));
}

void check_pictures(const Imported& session, const Json& facts) {
  const Screen screen = screen_at(session.folder / "screen");
  const size_t area = size_t(screen.height * screen.width);
  double shown = 0;
  size_t trial = 0;
  for (size_t i = 0; i < screen.trials.size(); ++i) {
    const Json fields =
        yaml_at(session.folder / "screen" / "meta" / (screen.trials[i].number + ".yml"));
    if (!fields.contains("picture")) { continue; }
    const auto picture = fields.at("picture").get<size_t>();
    shown += double(picture);
    if (trial < facts.at("shown_first").size()) {
      CHECK(picture == facts.at("shown_first")[trial]);
    }
    ++trial;
    std::vector<float> pixels(area);
    FrameReader(screen).read(screen.first_frames[i], pixels);
    CHECK(sum_of({pixels.begin(), pixels.end()}) == facts.at("sums").at(picture));
  }
  CHECK(shown == facts.at("shown_sum"));
}

// The same session as an experanto experiment, made from the same counts.
void check_twin(const Imported& session, const fs::path& twin) {
  const Sequence ours = session.sequence("responses"), theirs = sequence_at(twin / "responses");
  CHECK(ours.rows == theirs.rows);
  CHECK(ours.start_s == theirs.start_s);
  REQUIRE(ours.mapping.bytes().size() >= size_t(ours.rows * ours.signals) * 2);
  CHECK(std::memcmp(ours.data, theirs.data, size_t(ours.rows * ours.signals) * 2) == 0);
}

// ---- two-photon
// ------------------------------------------------------------------------------------

void check_field(const Imported& session, const fs::path& source, const std::string& place,
                 const Json& facts, int64_t first_neuron) {
  const Sequence responses = session.sequence("responses");
  const Json neurons = json_at(session.folder / "neurons.json");
  const int64_t count = facts.at("shape").at(1);
  CHECK(responses.rows == facts.at("shape").at(0));
  CHECK(name_of(responses.type) == facts.at("dtype").get<std::string>());
  double sum = 0;
  for (int64_t n = 0; n < count; ++n) {
    const auto signal = signal_of(responses, first_neuron + n, 0, responses.rows);
    CHECK(signal[0] == number(facts.at("row0")[size_t(n)]));
    check_near(sum_of(signal), facts.at("column_sums")[size_t(n)]);
    CHECK(neurons.at("id")[size_t(first_neuron + n)] == facts.at("ids")[size_t(n)]);
    sum += sum_of(signal);
    if (n == count - 1) { CHECK(signal.back() == number(facts.at("last_row_last"))); }
    std::vector<double> stored;
    const std::vector<double> all = hdf5_numbers(source, place + "/data");
    for (size_t i = size_t(n); i < all.size(); i += size_t(count)) { stored.push_back(all[i]); }
    check_readable(responses, first_neuron + n, hdf5_numbers(source, place + "/timestamps"),
                   stored);
  }
  check_near(sum, facts.at("sum"));
  int64_t soma = 0;
  for (int64_t n = 0; n < count; ++n) {
    soma += neurons.at("mask_type")[size_t(first_neuron + n)] == "soma" ? 1 : 0;
  }
  CHECK(soma == facts.at("soma"));
}

void check_segmentation(const Imported& session, const std::string& place, const Json& facts,
                        int64_t first_neuron) {
  const std::string number = place.substr(place.find_last_not_of("0123456789") + 1);
  const auto mask =
      open_npy(session.folder / "rois" / ("PlaneSegmentation" + number) / "image_mask.npy");
  REQUIRE(mask.ok());
  CHECK(Json(mask.value->shape) == facts.at("image_mask_shape"));
  check_near(sum_of(numbers_at(session.folder / "rois" / ("PlaneSegmentation" + number) /
                               "image_mask.npy")),
             facts.at("image_mask_sum"));
  const Json neurons = json_at(session.folder / "neurons.json");
  const Json& cave = facts.at("cave");
  int64_t length = 0, matched = 0;
  std::vector<int64_t> ends;
  for (int64_t n = 0; n < facts.at("shape").at(1).get<int64_t>(); ++n) {
    const Json ids = neurons.value("cave_ids", Json::array()).at(size_t(first_neuron + n));
    if (cave.is_null()) {
      CHECK(ids.is_null());
      continue;
    }
    length += int64_t(ids.size());
    ends.push_back(length);
    matched += !ids.at(0).is_null() ? 1 : 0;
  }
  if (cave.is_null()) { return; }
  CHECK(length == cave.at("cave_ids_len"));
  CHECK(Json(ends) == cave.at("index"));
  CHECK(matched == cave.at("n_matched"));
}

void check_behaviour(const Imported& session, const fs::path& source, const Json& facts) {
  const Sequence eye = session.sequence("eye_tracker");
  const Json names = yaml_at(session.folder / "eye_tracker" / "meta.yml").at("signal_names");
  const auto signal_named = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) - names.begin();
  };
  for (const auto& [name, pupil] : facts.at("pupil").items()) {
    const std::string place = "/acquisition/PupilTracking/" + name;
    const auto stored = hdf5_numbers(source, place + "/data");
    CHECK(stored.size() == pupil.at("n"));
    check_readable(eye, signal_named(name), hdf5_numbers(source, place + "/timestamps"), stored);
    CHECK(std::count_if(stored.begin(), stored.end(), [](double x) { return std::isnan(x); }) ==
          pupil.at("nan"));
  }
  const Json& position = facts.at("eye_position");
  const std::string place = position.at("path");
  const auto stored = hdf5_numbers(source, place + "/data");
  for (size_t axis = 0; axis < 2; ++axis) {
    std::vector<double> values;
    for (size_t i = axis; i < stored.size(); i += 2) { values.push_back(stored[i]); }
    CHECK(values[0] == number(position.at("first")[axis]));
    check_readable(eye, signal_named(axis == 0 ? "eye_position_x" : "eye_position_y"),
                   hdf5_numbers(source, place + "/timestamps"), values);
  }
  const Json& treadmill = facts.at("treadmill");
  const std::string belt = treadmill.at("path");
  std::vector<double> speeds = hdf5_numbers(source, belt + "/data");
  for (double& speed : speeds) { speed *= number(treadmill.at("conversion")); }
  check_near(sum_of(speeds), treadmill.at("value_sum_m_per_s"));
  check_readable(session.sequence("treadmill"), 0, hdf5_numbers(source, belt + "/timestamps"),
                 speeds);
}

void check_movie(const Imported& session, const fs::path& source, const Json& facts) {
  const Screen screen = screen_at(session.folder / "screen");
  const std::string place = facts.at("path");
  const auto stored = hdf5_numbers(source, place + "/data");
  const auto times_s = hdf5_numbers(source, place + "/timestamps");
  const auto area = size_t(screen.height * screen.width);
  CHECK(Json({int64_t(times_s.size()), screen.height, screen.width}) == facts.at("shape"));
  REQUIRE(screen.flips_s.size() == times_s.size() + 1);
  std::vector<float> pixels(area);
  double sum = 0;
  int64_t wrong = 0;
  for (size_t f = 0; f < times_s.size(); ++f) {
    CHECK(screen.flips_s[f] == times_s[f]);
    FrameReader(screen).read(int64_t(f), pixels);
    wrong +=
        std::equal(pixels.begin(), pixels.end(), stored.begin() + std::ptrdiff_t(f * area)) ? 0 : 1;
    const double frame = sum_of({pixels.begin(), pixels.end()});
    const std::string name = std::to_string(f);
    if (facts.at("frame_sums").contains(name)) { CHECK(frame == facts.at("frame_sums").at(name)); }
    sum += frame;
  }
  CHECK(wrong == 0);
  CHECK(sum == facts.at("sum"));
}

void check_order(const Imported& session, const Json& order, const Json& tables) {
  const Json trials = json_at(session.folder / "trials.json");
  REQUIRE(trials.size() == order.size());
  std::map<std::string, std::map<std::string, int64_t>> shown;
  for (size_t i = 0; i < order.size(); ++i) {
    CHECK(trials[i].at("table") == order[i].at("table"));
    CHECK(trials[i].at("id") == order[i].at("id"));
    CHECK(trials[i].at("start_time") == order[i].at("start"));
    CHECK(trials[i].at("stop_time") == order[i].at("stop"));
    CHECK(trials[i].at("condition_hash") == order[i].at("condition_hash"));
    ++shown[trials[i].at("table")][trials[i].at("condition_hash")];
  }
  for (const auto& [table, facts] : tables.items()) {
    const auto bounds_s = numbers_at(session.folder / "intervals" / (table + ".npy"));
    for (size_t row = 0; row < facts.at("n"); ++row) {
      CHECK(bounds_s[2 * row] == facts.at("start")[row]);
      CHECK(bounds_s[2 * row + 1] == facts.at("stop")[row]);
    }
    Json repeats = Json::object();
    for (const auto& [condition, count] : shown[table]) {
      if (count > 1) { repeats[condition] = count; }
    }
    CHECK(repeats == facts.at("repeats"));
  }
}

void check_repeated_films(const Imported& session) {
  std::map<std::string, std::string> films;
  for (const auto& entry : fs::directory_iterator(session.folder / "screen" / "meta")) {
    const Json fields = yaml_at(entry.path());
    if (!fields.contains("condition_hash")) { continue; }
    // Frames are cut where trials are: repeats differ by a frame at most, so compare equal lengths.
    const std::string key = fields.at("table").get<std::string>() +
                            fields.at("condition_hash").get<std::string>() +
                            std::to_string(fields.at("num_frames").get<int64_t>());
    const auto [known, fresh] = films.emplace(key, fields.at("stimulus_name"));
    CHECK(known->second == fields.at("stimulus_name").get<std::string>());
  }
}

void check_spikes_file(const Imported& session, const fs::path& shared, const Json& facts) {
  check_units(session, facts.at("units"));
  check_trials_table(session, facts.at("trials"));
  check_bins(session, facts.at("bins"), facts.at("trials").at("n"));
  check_feedback(session, facts.at("feedback"));
  check_pictures(session, facts.at("pictures"));
  const fs::path twin = shared / "steinmetz" / facts.at("session_id").get<std::string>();
  if (fs::exists(twin)) { check_twin(session, twin); }
}

void check_two_photon_file(const Imported& session, const fs::path& source, const Json& facts) {
  int64_t neuron = 0;
  for (const auto& [place, field] : facts.at("roi_series").items()) {
    CAPTURE(place);
    check_field(session, source, place, field, neuron);
    check_segmentation(session, place, field, neuron);
    neuron += field.at("shape").at(1).get<int64_t>();
  }
  CHECK(neuron == facts.at("n_rois"));
  CHECK(session.record.neurons == neuron);
  check_behaviour(session, source, facts);
  check_movie(session, source, facts.at("movie"));
  check_order(session, facts.at("trial_order"), facts.at("trials"));
  check_repeated_films(session);
  CHECK(session.record.modalities.at(1).quantity == "raw fluorescence");
}

}  // namespace

TEST_CASE("nwb: every fact beside the files holds in the imported sessions") {
  const auto shared = shared_recordings("nwb: facts");
  if (shared.empty()) { return; }
  int checked = 0;
  for (const auto& entry : fs::directory_iterator(shared / "nwb")) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".expected.json")) { continue; }
    CAPTURE(name);
    const Json facts = json_at(entry.path());
    const fs::path source =
        shared / "nwb" / (name.substr(0, name.size() - std::strlen(".expected.json")) + ".nwb");
    const Imported session(source);
    if (facts.contains("subject_id")) {
      CHECK(session.record.animal == facts.at("subject_id").get<std::string>());
    }
    if (facts.at("kind") == "spikes") {
      check_spikes_file(session, shared, facts);
    } else {
      check_two_photon_file(session, source, facts);
    }
    ++checked;
  }
  CHECK(checked >= 3);
}

TEST_CASE("nwb: the pynapple file gives 21,354 spikes of three units, and as many counts") {
  const auto shared = shared_recordings("nwb: pynapple file");
  if (shared.empty()) { return; }
  const fs::path source = shared / "nwb" / "A8604-211122.nwb";
  const Imported session(source);
  CHECK(numbers_at(session.folder / "spikes" / "spikes.npy") ==
        hdf5_numbers(source, "/units/spike_times"));
  const Json meta = yaml_at(session.folder / "spikes" / "meta.yml");
  CHECK(meta.at("spike_indices") == Json({0, 11020, 15710, 21354}));
  const Sequence responses = session.sequence("responses");
  double total = 0;
  for (int64_t unit = 0; unit < 3; ++unit) {
    total += sum_of(signal_of(responses, unit, 0, responses.rows));
  }
  CHECK(total == 21354);
  CHECK(json_at(session.folder / "trials.json").at(0).at("tags") == Json({"wake"}));
}

// ---- files made here, for what the shared ones do not have
// --------------------------------------------

TEST_CASE("nwb: a film of the older converter, [T, W, H], is turned upright") {
  const SmallNwb small;
  small.add_film("/stimulus/presentation/visual stimulus", "OpticalSeries", 5, 4, 3);
  const Imported session(small.path);
  const Screen screen = screen_at(session.folder / "screen");
  CHECK(screen.width == 4);
  CHECK(screen.height == 3);
  std::vector<float> pixels(12);
  FrameReader(screen).read(2, pixels);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 4; ++x) { CHECK(pixels[size_t(y * 4 + x)] == float(2 * 12 + x * 3 + y)); }
  }
}

TEST_CASE("nwb: raw two-photon frames are never the screen") {
  const SmallNwb small;
  small.add_film("/acquisition/TwoPhotonSeries1", "TwoPhotonSeries", 9, 4, 3);
  small.add_film("/acquisition/movie", "ImageSeries", 5, 4, 3);
  const Imported session(small.path);
  CHECK(screen_at(session.folder / "screen").flips_s.size() == 6);
  CHECK(session.record.left_out.size() == 1);
}

TEST_CASE("nwb: fields of one container stand side by side, a constant lag as phase shift") {
  const SmallNwb small;
  small.add_field("/processing/ophys/Fluorescence/RoiResponseSeries2", 20, 2, 0.03);
  small.add_field("/processing/ophys/Fluorescence/RoiResponseSeries10", 20, 3, 0.06);
  small.add_field("/processing/ophys/Fluorescence/RoiResponseSeries1", 20, 1, 0);
  const Imported session(small.path);
  const Sequence responses = session.sequence("responses");
  CHECK(responses.signals == 6);
  const std::vector<double> shifts_s = {0, 0.03, 0.03, 0.06, 0.06, 0.06};
  REQUIRE(responses.shifts_s.size() == 6);
  const double base_s = responses.shifts_s[0];
  for (size_t n = 0; n < 6; ++n) {
    CHECK(responses.shifts_s[n] - base_s == doctest::Approx(shifts_s[n]));
  }
  const Json neurons = json_at(session.folder / "neurons.json");
  CHECK(neurons.at("field")[3] == "RoiResponseSeries10");
}

TEST_CASE(
    "nwb: deconvolved activity goes before raw fluorescence, which stays under its own name") {
  const SmallNwb small;
  small.add_field("/processing/ophys/Fluorescence/plane0", 20, 2, 0);
  small.add_field("/processing/ophys/Deconvolved/plane0", 20, 2, 0);
  const Imported session(small.path);
  CHECK(session.record.neurons == 2);
  CHECK(session.sequence("Fluorescence").signals == 2);
  CHECK(session.record.modalities.at(0).quantity == "deconvolved activity");
}

TEST_CASE("nwb: what is wrong with a file is told with its place") {
  const SmallNwb small;
  SUBCASE("two series are wrong, both are told") {
    small.add_series("/acquisition/short", 10, 9);
    small.add_series("/acquisition/other", 10, 11);
    const auto wrong = refused(small.path);
    REQUIRE(wrong.size() == 2);
    CHECK(wrong[0].pointer == "/acquisition/other/timestamps");
    CHECK(wrong[1].file == small.path.string());
  }
  SUBCASE("a dataset claims what no file can hold") {
    small.add_claim("/acquisition/bomb", int64_t{1} << 50);
    const auto wrong = refused(small.path);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].pointer == "/acquisition/bomb/data");
    CHECK(wrong[0].message == "claims more than the file can hold");
  }
  SUBCASE("not an HDF5 file") {
    std::ofstream(small.path) << "plain text";
    const auto wrong = refused(small.path);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].message == "is no HDF5 file");
  }
  SUBCASE("truncated at every tenth") {
    small.add_series("/acquisition/speed", 5000, 5000);
    const auto whole = fs::file_size(small.path);
    for (int part = 9; part >= 0; --part) {
      fs::resize_file(small.path, whole * size_t(part) / 10);
      CHECK(refused(small.path).size() == 1);
    }
  }
  SUBCASE("HDF5, but no NWB") {
    small.forget_version();
    const auto wrong = refused(small.path);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].pointer == "/@nwb_version");
  }
}

}  // namespace enigma::recordings::importer::nwb
