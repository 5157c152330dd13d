// What people saw go wrong with NWB files elsewhere: on the cases that were made of it, and on
// files made here.
#include "recordings/format/window.h"
#include "recordings/import/finished_session.h"
#include "recordings/import/nwb/nwb_files_fixture.h"
#include "recordings/import/nwb/nwb_imported.h"
#include "recordings/import/nwb/nwb_treadmill.h"
#include "recordings/import/time_span.h"
#include "recordings/manifest.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <limits>

namespace enigma::recordings::importer::nwb {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A case's file, or an empty path after saying that the test is skipped.
fs::path case_file(const char* test, const std::string& name) {
  const char* shared = std::getenv("ENIGMA_SHARED");
  const fs::path file = fs::path(shared == nullptr ? "../shared" : shared) / "cases/nwb" / name;
  if (fs::exists(file)) { return file; }
  std::cout << "SKIP: " << test << ": no case at " << file.string() << "\n";
  return {};
}

std::vector<double> steps(size_t count, double first, double step) {
  std::vector<double> numbers;
  for (size_t i = 0; i < count; ++i) { numbers.push_back(first + static_cast<double>(i) * step); }
  return numbers;
}

void check_nothing_left_out_was_taken(const SessionRecord& record) {
  for (const auto& [where, why] : record.left_out) {
    for (const ImportedModality& modality : record.modalities) {
      CHECK((" + " + modality.source + " + ").find(" + " + where + " + ") == std::string::npos);
    }
  }
}

// A table of `rows` segmented neurons with ids beyond float64.
void add_segmentation(const SmallNwb& small, const std::string& place, size_t rows) {
  small.add_group(place, "PlaneSegmentation");
  small.set_columns(place, {"pt_root_id"});
  std::vector<int64_t> ids;
  std::vector<uint64_t> roots;
  for (size_t i = 0; i < rows; ++i) {
    ids.push_back(static_cast<int64_t>(i));
    roots.push_back(std::numeric_limits<uint64_t>::max() - i);
  }
  small.add_numbers(place + "/id", ids);
  small.add_numbers(place + "/pt_root_id", roots);
}

void add_trace(const SmallNwb& small, const std::string& place, const std::string& table,
               std::vector<int64_t> rows) {
  small.add_group(place, "RoiResponseSeries");
  const size_t samples = 20;
  small.add_numbers(place + "/data", steps(samples * rows.size(), 0, 1), {samples, rows.size()});
  small.add_numbers(place + "/timestamps", steps(samples, 0, 0.1));
  small.add_numbers(place + "/rois", rows);
  small.set_reference(place + "/rois", "table", table);
}

}  // namespace

// ---- ids
// ------------------------------------------------------------------------------------------

TEST_CASE("nwb: ids beyond 2^53 stay what they are") {
  const fs::path source = case_file("nwb: ids", "ids.nwb");
  if (source.empty()) { return; }
  const Json neurons = Imported(source).neurons();
  CHECK(neurons.at("pt_root_id").dump() ==
        "[864691135591041291,864691135591041292,864691136812623475]");
  CHECK(neurons.at("ccf_id").dump() == "[312782546,9007199254740993,18446744073709551615]");
}

TEST_CASE("nwb: ids of segmented neurons stay what they are, rows that are no integers are told") {
  const SmallNwb small;
  add_segmentation(small, "/processing/ophys/Plane", 3);
  add_trace(small, "/processing/ophys/Fluorescence/F", "/processing/ophys/Plane", {2, 0});
  const std::string rois = "/processing/ophys/Fluorescence/F/rois";
  SUBCASE("exact") {
    CHECK(Imported(small.path).neurons().at("pt_root_id").dump() ==
          "[18446744073709551613,18446744073709551615]");
  }
  SUBCASE("a row and a half") {
    small.remove(rois);
    small.add_numbers<double>(rois, {0, 1.5});
    small.set_reference(rois, "table", "/processing/ophys/Plane");
    const auto wrong = refused(small.path);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].pointer == rois + "[1]");
  }
  SUBCASE("a row beyond the signed integers") {
    small.remove(rois);
    small.add_numbers<uint64_t>(rois, {0, uint64_t{1} << 63});
    small.set_reference(rois, "table", "/processing/ophys/Plane");
    const auto wrong = refused(small.path);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].pointer == rois + "[1]");
  }
}

TEST_CASE("nwb: a conversion that is no number, and a number that leaves its type, are told") {
  const SmallNwb small;
  small.add_group("/acquisition/lever", "TimeSeries");
  small.add_numbers<float>("/acquisition/lever/data", {1, 2e38f, 3});
  small.add_numbers("/acquisition/lever/timestamps", steps(3, 0, 0.1));
  SUBCASE("text") {
    small.set_text("/acquisition/lever/data", "conversion", "0.01");
    const auto wrong = refused(small.path);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].pointer == "/acquisition/lever/data@conversion");
  }
  SUBCASE("too large") {
    small.set_number("/acquisition/lever/data", "conversion", 100);
    const auto wrong = refused(small.path);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].message == "number is too large after its conversion");
  }
}

TEST_CASE("nwb: integers that a series cannot hold exactly are counted in a note") {
  const SmallNwb small;
  small.add_group("/acquisition/pulses", "TimeSeries");
  small.add_numbers<uint64_t>("/acquisition/pulses/data", {1, 9007199254740993u, 3});
  small.add_numbers("/acquisition/pulses/timestamps", steps(3, 0, 0.1));
  const Imported session(small.path);
  REQUIRE(session.record.notes.size() == 1);
  CHECK(session.record.notes[0].find("1 integers have more digits") != std::string::npos);
}

// ---- kinds of trace
// -------------------------------------------------------------------------------

TEST_CASE("nwb: traces of the same neurons are one set of neurons, the others are named") {
  const fs::path source = case_file("nwb: traces", "suite2p.nwb");
  if (source.empty()) { return; }
  const std::string container = "/processing/ophys/Fluorescence/";
  const Imported session(source);
  CHECK(session.record.neurons == 4);
  CHECK(session.sequence("responses").signals == 4);
  CHECK(session.record.modalities.at(1).quantity == "deconvolved activity");
  CHECK(session.record.modalities.at(1).source == container + "Deconvolved");
  CHECK_FALSE(session.left_out(container + "Neuropil").empty());
  CHECK_FALSE(session.left_out(container + "RoiResponseSeries").empty());
  check_nothing_left_out_was_taken(session.record);
  ReadOptions raw;
  for (const char* name : {"raw", "RoiResponseSeries"}) {
    raw.trace = name;
    const Imported chosen(source, raw);
    CHECK(chosen.record.neurons == 4);
    CHECK(chosen.record.modalities.at(1).source == container + "RoiResponseSeries");
    CHECK_FALSE(chosen.left_out(container + "Deconvolved").empty());
  }
  raw.trace = "Deconvolve";
  const auto wrong = refused(source, raw);
  REQUIRE(wrong.size() == 1);
  CHECK(wrong[0].pointer == "--trace");
  CHECK(wrong[0].expected.find("Neuropil (neuropil)") != std::string::npos);
}

TEST_CASE("nwb: traces in several containers, and of several planes") {
  const SmallNwb small;
  const std::string ophys = "/processing/ophys/";
  add_segmentation(small, ophys + "Plane0", 3);
  add_segmentation(small, ophys + "Plane1", 2);
  for (const char* container : {"Fluorescence/RoiResponseSeries", "DfOverF/RoiResponseSeries"}) {
    add_trace(small, ophys + container + "1", ophys + "Plane0", {0, 1, 2});
    add_trace(small, ophys + container + "2", ophys + "Plane1", {0, 1});
  }
  SUBCASE("the planes stand side by side, of one container") {
    const Imported session(small.path);
    CHECK(session.record.neurons == 5);
    CHECK(session.record.modalities.size() == 1);
    CHECK(session.record.modalities[0].quantity == "dF/F");
    CHECK_FALSE(session.left_out(ophys + "Fluorescence/RoiResponseSeries2").empty());
  }
  SUBCASE("two series of one kind and one table are no more neurons either") {
    add_trace(small, ophys + "DfOverF/Smooth", ophys + "Plane0", {2, 1});
    const Imported session(small.path);
    CHECK(session.record.neurons == 5);
    CHECK_FALSE(session.left_out(ophys + "DfOverF/Smooth").empty());
  }
  SUBCASE("neurons that only the other container has are kept under its name") {
    add_segmentation(small, ophys + "Plane2", 1);
    add_trace(small, ophys + "Fluorescence/RoiResponseSeries3", ophys + "Plane2", {0});
    const Imported session(small.path);
    CHECK(session.record.neurons == 5);
    CHECK(session.sequence("Fluorescence").signals == 1);
    check_nothing_left_out_was_taken(session.record);
  }
}

// ---- treadmill
// ------------------------------------------------------------------------------------

TEST_CASE("nwb: the treadmill is the running speed, not the wheel's rotation or voltage") {
  const fs::path source = case_file("nwb: wheel", "wheel.nwb");
  if (source.empty()) { return; }
  const Imported session(source);
  const Sequence treadmill = session.sequence("treadmill");
  CHECK(signal_of(treadmill, 0, 0, treadmill.rows) ==
        hdf5_numbers(source, "/processing/running/running_speed/data"));
  CHECK(yaml_at(session.folder / "treadmill" / "meta.yml").at("unit") == "cm/s");
  CHECK(session.sequence("raw_running_wheel_rotation").rows == 600);
  CHECK(session.sequence("running_wheel_signal_voltage").rows == 600);
  check_nothing_left_out_was_taken(session.record);
}

TEST_CASE("nwb: a treadmill that is no speed is a series, one without a unit goes by its name") {
  const SmallNwb small;
  const std::vector<double> times_s = steps(5, 0, 0.1);
  small.add_timed("/acquisition/treadmill", steps(5, 0, 1), times_s, "volts");
  SUBCASE("there is no other") {
    const Imported session(small.path);
    CHECK_FALSE(fs::exists(session.folder / "treadmill"));
    CHECK(session.sequence("treadmill_series").rows == 5);
  }
  SUBCASE("a speed with conversion and offset, raw and processed") {
    small.add_timed("/acquisition/raw_wheel_velocity", steps(5, 7, 1), times_s, "m/s");
    small.add_timed("/processing/behavior/wheel_velocity", steps(5, 1, 1), times_s, "m s^-1");
    small.set_number("/processing/behavior/wheel_velocity/data", "conversion", 0.5);
    small.set_number("/processing/behavior/wheel_velocity/data", "offset", 2);
    const Imported session(small.path);
    CHECK(signal_of(session.sequence("treadmill"), 0, 0, 5) ==
          std::vector<double>{2.5, 3, 3.5, 4, 4.5});
  }
  SUBCASE("no unit") {
    small.add_timed("/acquisition/running_angle", steps(5, 0, 1), times_s, "n.a.");
    small.add_timed("/acquisition/running_velocity", steps(5, 3, 1), times_s, "n.a.");
    CHECK(signal_of(Imported(small.path).sequence("treadmill"), 0, 0, 1)[0] == 3);
  }
}

TEST_CASE("nwb: units of speed, however they are written") {
  for (const char* unit : {"cm/s", "m/s", "m / s", "cm s^-1", "cm s-1", "meters per second",
                           "centimetres/sec", "mm/sec", "km/h", "m.s-1", "cm*s^-1", "inches/s"}) {
    CHECK_MESSAGE(is_unit_of_speed(unit), unit);
  }
  for (const char* unit : {"V", "radians", "rad/s", "deg/s", "cm", "s", "ms", "m/s^2", "rpm", ""}) {
    CHECK_MESSAGE(!is_unit_of_speed(unit), unit);
  }
  for (const char* unit : {"", "n.a.", "N/A", "a.u.", "unknown"}) {
    CHECK_MESSAGE(is_no_unit(unit), unit);
  }
}

// ---- observed
// -------------------------------------------------------------------------------------

TEST_CASE("nwb: what was not observed is NaN, in no window, and told") {
  const fs::path source = case_file("nwb: observed", "observed.nwb");
  if (source.empty()) { return; }
  const Imported session(source);
  const Sequence responses = session.sequence("responses");
  const auto both = signal_of(responses, 0, 0, responses.rows);
  const auto late = signal_of(responses, 1, 0, responses.rows);
  REQUIRE(responses.rows == 2000);
  for (int64_t row = 0; row < responses.rows; ++row) {
    CHECK(std::isnan(both[size_t(row)]) == (row < 500));
    CHECK(std::isnan(late[size_t(row)]) == (row < 1000));
  }
  const Json told = to_json(session.record).at("unobserved");
  CHECK(told.at("seconds") == 10.0);
  CHECK(told.at("invalid_seconds") == 5.0);
  CHECK(told.at("neurons") == 1);
  CHECK(told.at("neuron_seconds") == 10.0);
  std::vector<Diagnostic> problems;
  const auto parts = open_parts(session.folder, problems);
  WindowRule rule;
  rule.rate_hz = 10;
  rule.samples = 10;
  const auto starts_s = window_starts(*parts, "train", rule);
  REQUIRE_FALSE(starts_s.empty());
  CHECK(*std::min_element(starts_s.begin(), starts_s.end()) >= 10 - 0.01);
  const Manifest manifest = inspect(session.folder, {});
  REQUIRE(manifest.sessions.size() == 1);
  REQUIRE(manifest.sessions[0].problems.size() == 1);  // the author should know, and can train
  CHECK(manifest.sessions[0].problems[0].severity == Severity::warning);
}

TEST_CASE("nwb: invalid times are NaN in every sequence, on a clock from 1970 too") {
  const SmallNwb small;
  const double day_s = 1.7e9;
  small.add_timed("/acquisition/lever", steps(100, 0, 1), steps(100, day_s, 0.1), "V");
  small.add_units({{day_s + 0.5, day_s + 2.5, day_s + 9}, {day_s + 1}});
  small.add_numbers<double>("/units/obs_intervals", {day_s + 4, day_s + 100}, {1, 2});
  small.add_numbers<int64_t>("/units/obs_intervals_index", {0, 1});
  small.set_columns("/units", {"spike_times", "obs_intervals"});
  small.add_intervals("/intervals/invalid_times",
                      {{day_s + 2, day_s + 3}, {day_s + 2.5, day_s + 4}});
  const Imported session(small.path);
  const Sequence lever = session.sequence("lever"), responses = session.sequence("responses");
  for (const double t_s : {1.0, 2.2, 3.8, 5.0}) {
    CHECK(std::isnan(signal_of(lever, 0, row_at(lever, day_s + t_s), 1)[0]) ==
          (t_s > 2 && t_s < 4));
    const int64_t row = row_at(responses, day_s + t_s);
    CHECK(std::isnan(signal_of(responses, 0, row, 1)[0]) == (t_s > 2 && t_s < 4));
    CHECK(std::isnan(signal_of(responses, 1, row, 1)[0]) == (t_s < 4));
  }
  CHECK(session.record.unobserved->invalid_s == doctest::Approx(2));
  CHECK(yaml_at(session.folder / "lever" / "meta.yml").at("rows_unobserved").get<int64_t>() >= 20);
  CHECK(numbers_at(session.folder / "spikes" / "spikes.npy").size() == 4);
}

TEST_CASE("nwb: stretches of time that are none are told") {
  const SmallNwb small;
  small.add_units({{0.5, 2}});
  small.add_intervals("/intervals/invalid_times", {{0, 1}, {5, 4}});
  const auto wrong = refused(small.path);
  REQUIRE(wrong.size() == 1);
  CHECK(wrong[0].pointer == "/intervals/invalid_times[1]");
}

// ---- links
// ----------------------------------------------------------------------------------------

TEST_CASE("nwb: links into another file are followed where it is there, and named where not") {
  for (const auto& [name, other, link] :
       {std::tuple("linked.nwb", "clock.nwb", "/acquisition/running_speed/timestamps"),
        std::tuple("linked-data.nwb", "far.nwb", "/acquisition/running_speed/data"),
        std::tuple("linked-spikes.nwb", "far.nwb", "/units/spike_times")}) {
    const fs::path source = case_file("nwb: links", name);
    if (source.empty()) { return; }
    const Imported session(source);
    CHECK(hdf5_numbers(source.parent_path() / other, link) ==
          (std::string(link) == "/units/spike_times"
               ? numbers_at(session.folder / "spikes" / "spikes.npy")
           : std::string(link).ends_with("data")
               ? signal_of(session.sequence("treadmill"), 0, 0, 600)
               : numbers_at(session.folder / "treadmill" / "source_timestamps.npy")));
    REQUIRE(session.record.linked_files.size() == 1);
    CHECK(session.record.linked_files[0].name == other);
    const TemporaryFolder alone;
    fs::copy_file(source, alone.path() / name);
    const auto wrong = refused(alone.path() / name);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].pointer == link);
    CHECK(wrong[0].message.find(other) != std::string::npos);
  }
}

namespace {

// What the far file holds; who links to it is a file beside.
struct Linked {
  TemporaryFolder place;
  SmallNwb far = SmallNwb(place.path() / "far.nwb");
  SmallNwb near = SmallNwb(place.path() / "near.nwb");

  Linked() {
    far.add_units({{0.1, 0.2}, {0.3}});
    add_segmentation(far, "/processing/ophys/Plane", 2);
    add_trace(far, "/processing/ophys/Fluorescence/F", "/processing/ophys/Plane", {0, 1});
    far.add_timed("/acquisition/lever", steps(5, 0, 1), steps(5, 0, 0.1), "V");
  }
};

}  // namespace

TEST_CASE("nwb: a table, a series, a module or a group may stand behind a link") {
  const Linked files;
  SUBCASE("units") {
    files.near.link_into("/units", "far.nwb", "/units");
    CHECK(Imported(files.near.path).record.neurons == 2);
  }
  SUBCASE("a module, whose references are to its own file") {
    files.near.add_group("/processing/other", "ProcessingModule");
    files.near.link_into("/processing/ophys", "far.nwb", "/processing/ophys");
    const Imported session(files.near.path);
    CHECK(session.record.neurons == 2);
    CHECK(session.neurons().at("pt_root_id")[1] == std::numeric_limits<uint64_t>::max() - 1);
  }
  SUBCASE("a series by way of a soft link") {
    files.near.link_into("/elsewhere", "far.nwb", "/acquisition/lever");
    files.near.add_group("/acquisition/other", "NWBContainer");
    files.near.link_to("/acquisition/lever", "/elsewhere");
    CHECK(Imported(files.near.path).sequence("lever").rows == 5);
  }
  SUBCASE("the far file is gone: every link is told") {
    files.near.link_into("/units", "far.nwb", "/units");
    files.near.link_into("/processing", "far.nwb", "/processing");
    files.near.link_into("/acquisition", "far.nwb", "/acquisition");
    fs::remove(files.far.path);
    const auto wrong = refused(files.near.path);
    REQUIRE(wrong.size() == 3);
    for (const Diagnostic& d : wrong) { CHECK(d.message.find("far.nwb") != std::string::npos); }
    CHECK(wrong[0].pointer == "/acquisition");
  }
}

TEST_CASE("nwb: a link that has no end, or leads outside, is told") {
  const Linked files;
  files.near.add_units({{0.5, 2}});
  const auto told = [&](const char* pointer, const char* what) {
    const auto wrong = refused(files.near.path);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].pointer == pointer);
    CHECK(wrong[0].message.find(what) != std::string::npos);
  };
  SUBCASE("nothing at its end") {
    files.near.link_into("/acquisition", "far.nwb", "/nowhere");
    told("/acquisition", "far.nwb:/nowhere");
  }
  SUBCASE("outside the folder") {
    files.near.link_into("/acquisition", "../far.nwb", "/acquisition");
    told("/acquisition", "../far.nwb");
  }
  SUBCASE("an absolute path elsewhere") {
    files.near.link_into("/acquisition", "/dev/null", "/acquisition");
    told("/acquisition", "/dev/null");
  }
  SUBCASE("not HDF5") {
    std::ofstream(files.place.path() / "notes.txt") << "plain text";
    files.near.link_into("/acquisition", "notes.txt", "/acquisition");
    told("/acquisition", "notes.txt");
  }
  SUBCASE("soft, to nothing") {
    files.near.link_to("/acquisition", "/nowhere");
    told("/acquisition", "/nowhere");
  }
  SUBCASE("in a circle") {
    files.near.link_to("/acquisition", "/acquisition");
    told("/acquisition", "circle");
  }
  SUBCASE("two files in a circle") {
    files.near.link_into("/acquisition", "far.nwb", "/round");
    files.far.link_into("/round", "near.nwb", "/acquisition");
    const auto wrong = refused(files.near.path);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].message.find("circle") != std::string::npos);
  }
}

TEST_CASE("nwb: numbers of a dataset that lie in another file are named, not taken for zeros") {
  const SmallNwb small;
  small.add_group("/acquisition/lever", "TimeSeries");
  small.add_outside("/acquisition/lever/data", "numbers.raw", 5);
  small.add_numbers("/acquisition/lever/timestamps", steps(5, 0, 0.1));
  const auto wrong = refused(small.path);
  REQUIRE(wrong.size() == 1);
  CHECK(wrong[0].pointer == "/acquisition/lever/data");
  CHECK(wrong[0].message.find("numbers.raw") != std::string::npos);
}

TEST_CASE("nwb: what a source links to belongs to it: a session is not taken for whole otherwise") {
  const Linked files;
  files.near.link_into("/units", "far.nwb", "/units");
  const Imported session(files.near.path);
  const auto provenance = provenance_of(ImportFormat::nwb, {}, files.near.path);
  finish_session(session.folder, provenance, session.record);
  CHECK_FALSE(unlike(session.folder, provenance, files.near.path));
  files.far.add_group("/more", "NWBContainer");
  const auto wrong = unlike(session.folder, provenance, files.near.path);
  REQUIRE(wrong);
  CHECK(wrong->pointer == "linked_files");
}

// ---- clocks that jump
// -----------------------------------------------------------------------------

TEST_CASE("nwb: a clock that jumps is named with its index") {
  const fs::path source = case_file("nwb: jump", "jump.nwb");
  if (source.empty()) { return; }
  const auto wrong = refused(source);
  REQUIRE(wrong.size() == 1);
  CHECK(wrong[0].pointer == "/acquisition/running_speed/timestamps[1]");
  CHECK(wrong[0].message == "clock jumps");
}

TEST_CASE("nwb: what is written stays in proportion to what is read") {
  const SmallNwb small;
  std::vector<double> times_s = steps(100, 0, 0.1);
  SUBCASE("samples") {
    for (const double later_s : {1e6, 1.7e9, 1e300}) {
      const SmallNwb one;
      std::vector<double> all_s = times_s;
      all_s.push_back(later_s);
      one.add_timed("/acquisition/lever", steps(101, 0, 1), all_s, "V");
      const auto wrong = refused(one.path);
      REQUIRE(wrong.size() == 1);
      CHECK(wrong[0].pointer == "/acquisition/lever/timestamps[100]");
    }
  }
  SUBCASE("spikes") {
    times_s.push_back(5e6);
    small.add_units({times_s, {0.5}});
    const auto wrong = refused(small.path);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].pointer == "/units/spike_times[100]");
  }
  SUBCASE("trials") {
    small.add_units({times_s});
    small.add_intervals("/intervals/trials", {{0, 1}, {1.7e9, 1.7e9 + 1}});
    const auto wrong = refused(small.path);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].pointer == "/intervals/trials/start_time[1]");
  }
  SUBCASE("a pause of an hour is no jump") {
    const auto late = steps(100, 3600, 0.1);
    times_s.insert(times_s.end(), late.begin(), late.end());
    small.add_timed("/acquisition/lever", steps(200, 0, 1), times_s, "V");
    const Imported session(small.path);
    const Sequence lever = session.sequence("lever");
    CHECK(std::isnan(signal_of(lever, 0, row_at(lever, 1800), 1)[0]));
  }
}

// ---- left out
// -------------------------------------------------------------------------------------

TEST_CASE("nwb: a template whose frames are shown is not listed as left out") {
  const SmallNwb small;
  small.add_film("/stimulus/presentation/template", "ImageSeries", 5, 4, 3);
  small.add_group("/stimulus/presentation/shown", "IndexSeries");
  small.add_numbers<uint64_t>("/stimulus/presentation/shown/data", {4, 0, 4});
  small.add_numbers("/stimulus/presentation/shown/timestamps", steps(3, 0, 1));
  small.link_to("/stimulus/presentation/shown/indexed_timeseries",
                "/stimulus/presentation/template");
  const Imported session(small.path);
  CHECK(session.left_out("/stimulus/presentation/template").empty());
  CHECK(session.record.modalities.at(0).source == "/stimulus/presentation/shown");
}

TEST_CASE("time spans: joined, met, counted, and what is between") {
  const auto spans = joined({{5, 6}, {1, 2}, {2, 3}, {4, 4}});
  REQUIRE(spans.size() == 2);
  CHECK(spans[0].to_s == 3);
  CHECK(meet(spans, {2.5, 3.5}));
  CHECK_FALSE(meet(spans, {3, 5}));
  CHECK(seconds_in(spans, {2, 5.5}) == 1.5);
  const auto free = between(spans, {0, 10});
  REQUIRE(free.size() == 3);
  CHECK(free[1].from_s == 3);
  CHECK(free[2].to_s == 10);
}

}  // namespace enigma::recordings::importer::nwb
