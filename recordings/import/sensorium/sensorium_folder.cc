#include "recordings/import/sensorium/sensorium_folder.h"

#include "diagnostics/nearest.h"
#include "recordings/format/problem.h"
#include "recordings/import/float_type.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

namespace enigma::recordings::importer::sensorium {
namespace {

using Diagnostics = std::vector<Diagnostic>;

const std::vector<std::string> kTiers = {"train",
                                         "validation",
                                         "test",
                                         "oracle",
                                         "final_test",
                                         "live_test",
                                         "live_test_main",
                                         "live_test_bonus",
                                         "final_test_main",
                                         "final_test_bonus",
                                         "none"};
constexpr int64_t kSideMax = 1 << 15;

const char* pictures_of(SensoriumYear year) {
  return year == SensoriumYear::static_2022 ? "images" : "videos";
}

void append(Diagnostics& to, Diagnostics from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

std::string text_of(const std::vector<int64_t>& shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

void find_groups(SensoriumFolder& folder, Diagnostics& wrong) {
  const std::string pictures = pictures_of(folder.year);
  const std::string other = folder.year == SensoriumYear::static_2022 ? "videos" : "images";
  for (const std::string& group :
       {pictures, std::string("responses"), std::string("behavior"), std::string("pupil_center")}) {
    const auto path = folder.path / "data" / group;
    if (auto link = broken_link(path)) {
      wrong.push_back(std::move(*link));
      continue;
    }
    if (std::filesystem::is_directory(path)) {
      folder.groups.push_back(group);
      continue;
    }
    if (group != pictures && group != "responses") {
      continue;  // missing behaviour is normal
    }
    Diagnostic d = problem_in(path, "data/" + group, "group is missing",
                              "a folder of one .npy file a trial", "");
    if (std::filesystem::is_directory(folder.path / "data" / other)) {
      d.suggestion = fmt::format("the folder has data/{}: import it with --from sensorium{}", other,
                                 other == "videos" ? 2023 : 2022);
    }
    wrong.push_back(std::move(d));
  }
}

void take_tiers(SensoriumFolder& folder, Diagnostics& wrong) {
  const auto path = folder.path / "meta" / "trials" / "tiers.npy";
  Parsed<WholeArray> array = read_whole_array(path);
  append(wrong, std::move(array.diagnostics));
  if (!array.ok()) { return; }
  if (!array.value->is_text || array.value->shape.size() != 1) {
    wrong.push_back(problem_in(path, "shape", "not a list of tiers", "one word a trial",
                               text_of(array.value->shape)));
    return;
  }
  folder.tiers = std::move(array.value->texts);
  std::set<std::string> told;
  for (size_t i = 0; i < folder.tiers.size(); ++i) {
    const std::string& tier = folder.tiers[i];
    if (std::find(kTiers.begin(), kTiers.end(), tier) != kTiers.end()) { continue; }
    if (!told.insert(tier).second) { continue; }
    Diagnostic d = problem_in(path, std::to_string(i), "tier is not known",
                              fmt::format("{}", fmt::join(kTiers, ", ")), tier);
    d.suggestion = suggest_name(tier, kTiers);
    wrong.push_back(std::move(d));
  }
}

// Not what macOS puts beside it.
bool is_array(const std::filesystem::path& file) {
  return file.extension() == ".npy" && !file.filename().string().starts_with(".");
}

// Trial i is <i>.npy; every group must have all of them and no other.
void check_files(const SensoriumFolder& folder, Diagnostics& wrong) {
  for (const std::string& group : folder.groups) {
    const auto path = folder.path / "data" / group;
    size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      files += is_array(entry.path()) ? 1 : 0;
    }
    if (files != folder.tiers.size()) {
      wrong.push_back(problem_in(
          path, "data/" + group, "trials and tiers differ in number",
          fmt::format("{} files, as meta/trials/tiers.npy has words", folder.tiers.size()),
          std::to_string(files)));
    }
  }
}

using Columns = std::map<std::string, WholeArray>;

// Columns of dates and other Python objects are nothing that training asks for.
void take_columns(SensoriumFolder& from, Columns& columns, const std::filesystem::path& folder,
                  int64_t rows, const char* what, Diagnostics& wrong) {
  if (auto link = broken_link(folder)) { return wrong.push_back(std::move(*link)); }
  if (!std::filesystem::is_directory(folder)) { return; }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!is_array(entry.path()) || entry.path().stem() == "tiers") { continue; }
    Parsed<WholeArray> array = read_whole_array(entry.path());
    if (!array.ok() && array.diagnostics[0].pointer == "descr") {
      from.left_out.emplace_back(entry.path().lexically_relative(from.path).string(),
                                 array.diagnostics[0].message);
      continue;
    }
    append(wrong, std::move(array.diagnostics));
    if (!array.ok()) { continue; }
    if (array.value->shape.empty() || array.value->shape[0] != rows) {
      wrong.push_back(problem_in(entry.path(), "shape", std::string("not one row a ") + what,
                                 fmt::format("({}, ...)", rows), text_of(array.value->shape)));
    }
    columns[entry.path().stem().string()] = std::move(*array.value);
  }
}

int64_t expected_signals(const SensoriumFolder& folder, const std::string& group, int64_t found) {
  if (group == "pupil_center") { return 2; }
  if (group == "behavior") { return folder.year == SensoriumYear::static_2022 ? 3 : 2; }
  const auto known = folder.signals.find(group);
  return known == folder.signals.end() ? found : known->second;  // the first trial's
}

// Axes that this array must have; `samples` is the trial's T (2023), told by its first array.
std::vector<int64_t> expected_shape(SensoriumFolder& folder, const std::string& group,
                                    const WholeArray& array, int64_t& samples) {
  const bool moves = folder.year == SensoriumYear::dynamic_2023;
  const size_t axes = group == pictures_of(folder.year) ? 3 : moves ? 2 : 1;
  if (array.shape.size() != axes) { return std::vector<int64_t>(axes, -1); }
  if (moves && samples < 0) { samples = array.shape.back(); }
  if (group != pictures_of(folder.year)) {
    folder.signals[group] = expected_signals(folder, group, array.shape[0]);
    return moves ? std::vector<int64_t>{folder.signals[group], samples}
                 : std::vector<int64_t>{folder.signals[group]};
  }
  if (folder.height == 0) {
    folder.height = array.shape[moves ? 0 : 1];
    folder.width = array.shape[moves ? 1 : 2];
  }
  return moves ? std::vector<int64_t>{folder.height, folder.width, samples}
               : std::vector<int64_t>{1, folder.height, folder.width};
}

std::string named(const std::vector<int64_t>& shape) {
  if (std::find(shape.begin(), shape.end(), -1) != shape.end()) {
    return fmt::format("{} axes", shape.size());
  }
  return text_of(shape);
}

void take_name(std::string& names, std::string_view name) {
  if (names.find(name) == std::string::npos) {
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
}

void check_headers(SensoriumFolder& folder, Diagnostics& wrong) {
  for (size_t trial = 0; trial < folder.tiers.size(); ++trial) {
    int64_t samples = -1;
    for (const std::string& group : folder.groups) {
      const auto path = folder.file(group, trial);
      Parsed<WholeArray> array = read_array_header(path);
      append(wrong, std::move(array.diagnostics));
      if (!array.ok()) { continue; }
      const auto expected = expected_shape(folder, group, *array.value, samples);
      if (array.value->is_text || array.value->shape != expected) {
        wrong.push_back(problem_in(path, "shape", "array does not fit the other trials and groups",
                                   named(expected), text_of(array.value->shape)));
      }
      if (group == folder.groups[0]) {
        take_name(folder.picture_types, name_of(array.value->type));
        continue;
      }
      const auto [type, fresh] = folder.types.emplace(group, array.value->type);
      type->second = wider_float(fresh ? array.value->type : type->second, array.value->type);
    }
  }
  if (folder.height > kSideMax || folder.width > kSideMax) {
    wrong.push_back(problem_in(folder.file(folder.groups[0], 0), "shape", "picture is too large",
                               fmt::format("sides up to {}", kSideMax),
                               fmt::format("{} x {}", folder.height, folder.width)));
  }
}

std::vector<double> numbers_of(const std::filesystem::path& path, int64_t count,
                               Diagnostics& wrong) {
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown) && !broken_link(path)) { return {}; }
  Parsed<WholeArray> array = read_whole_array(path);
  append(wrong, std::move(array.diagnostics));
  if (!array.ok()) { return {}; }
  if (array.value->is_text || array.value->elements != count) {
    wrong.push_back(problem_in(path, "shape", "not one number a signal", std::to_string(count),
                               text_of(array.value->shape)));
    return {};
  }
  std::vector<double> numbers;
  for (int64_t i = 0; i < count; ++i) { numbers.push_back(array.value->number(i)); }
  return numbers;
}

}  // namespace

SensoriumFolder open_sensorium(const std::filesystem::path& path, SensoriumYear year) {
  SensoriumFolder folder;
  folder.path = path;
  folder.year = year;
  Diagnostics wrong;
  find_groups(folder, wrong);
  take_tiers(folder, wrong);
  if (wrong.empty() && folder.tiers.empty()) {
    wrong.push_back(problem_in(path / "meta" / "trials" / "tiers.npy", "shape", "holds no trial",
                               "one word a trial", "(0)"));
  }
  if (!wrong.empty()) { throw InputError(std::move(wrong)); }
  check_files(folder, wrong);
  if (wrong.empty()) { check_headers(folder, wrong); }
  if (!wrong.empty()) { throw InputError(std::move(wrong)); }
  take_columns(folder, folder.neuron_columns, path / "meta" / "neurons",
               folder.signals["responses"], "neuron", wrong);
  take_columns(folder, folder.trial_columns, path / "meta" / "trials",
               static_cast<int64_t>(folder.tiers.size()), "trial", wrong);
  if (!wrong.empty()) { throw InputError(std::move(wrong)); }
  return folder;
}

SensoriumMoments moments_of(const SensoriumFolder& folder, const std::string& group, int64_t count,
                            Diagnostics& wrong) {
  const auto place = folder.path / "meta" / "statistics" / group / "all";
  return {numbers_of(place / "mean.npy", count, wrong),
          numbers_of(place / "std.npy", count, wrong)};
}

}  // namespace enigma::recordings::importer::sensorium
