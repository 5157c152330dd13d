#include "recordings/import/sensorium/sensorium.h"

#include "recordings/format/native_files.h"
#include "recordings/import/float_type.h"
#include "recordings/import/sensorium/sensorium_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <regex>
#include <type_traits>
#include <utility>
#include <variant>

namespace enigma::recordings::importer::sensorium {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kVideoRate_hz = 30, kPictureRate_hz = 2;

double rate_of(SensoriumYear year) {
  return year == SensoriumYear::static_2022 ? kPictureRate_hz : kVideoRate_hz;
}

// Ids of 64 bits are kept exactly; a float that is whole reads as an integer, while it is one.
Json element(const WholeArray& array, int64_t index) {
  constexpr double kWholeMax = 0x1p53;
  if (array.is_text) { return array.texts[static_cast<size_t>(index)]; }
  if (array.type == NumberType::boolean) { return array.number(index) != 0; }
  return std::visit(
      [](auto number) -> Json {
        if constexpr (std::is_floating_point_v<decltype(number)>) {
          if (number == std::floor(number) && std::abs(number) <= kWholeMax) {
            return static_cast<int64_t>(number);
          }
        }
        return number;
      },
      array.exact(index));
}

// Row `row` of a column: one value, or a list of them (coordinates).
Json row_of(const WholeArray& column, int64_t row) {
  const int64_t width = column.elements / column.shape[0];
  if (column.shape.size() == 1) { return element(column, row); }
  Json values = Json::array();
  for (int64_t i = 0; i < width; ++i) { values.push_back(element(column, row * width + i)); }
  return values;
}

// One sequence of the session: rows of some signals of one or two groups.
class Lane {
 public:
  struct Part {
    std::string group;
    int64_t from, to;  ///< signals
  };
  Lane(const SensoriumFolder& folder, std::filesystem::path out, std::vector<Part> parts,
       std::vector<std::string> names)
      : folder_(folder), out_(std::move(out)), parts_(std::move(parts)), writer_(out_) {
    facts_.signal_names = std::move(names);
    facts_.type = folder.types.at(parts_[0].group);
    for (const Part& part : parts_) {
      facts_.signals += part.to - part.from;
      if (bytes_of(folder.types.at(part.group)) > bytes_of(facts_.type)) {
        facts_.type = folder.types.at(part.group);
      }
    }
  }

  // Arrays are [signals, T], rows are [T, signals].
  void append(const std::map<std::string, WholeArray>& arrays, int64_t samples) {
    const size_t size = bytes_of(facts_.type);
    std::vector<std::byte> rows(static_cast<size_t>(samples * facts_.signals) * size);
    std::byte* place = rows.data();
    for (int64_t t = 0; t < samples; ++t) {
      for (const Part& part : parts_) {
        const WholeArray& array = arrays.at(part.group);
        const int64_t stride = array.shape.size() == 1 ? 1 : array.shape[1];
        for (int64_t n = part.from; n < part.to; ++n, place += size) {
          if (array.type == facts_.type) {
            std::memcpy(place, array.bytes.data() + static_cast<size_t>(n * stride + t) * size,
                        size);
          } else {
            put_float(place, facts_.type, array.number(n * stride + t));
          }
        }
      }
    }
    writer_.append(rows);
    rows_ += samples;
  }
  void append_zeros() {
    writer_.append(
        std::vector<std::byte>(static_cast<size_t>(facts_.signals) * bytes_of(facts_.type)));
    ++rows_;
  }

  ImportedModality close(double rate_hz, std::vector<Diagnostic>& wrong) {
    SensoriumMoments all;
    std::string source;
    for (const Part& part : parts_) {
      const auto moments = moments_of(folder_, part.group, folder_.signals.at(part.group), wrong);
      const auto take = [&](std::vector<double>& to, const std::vector<double>& from) {
        if (!from.empty()) {
          to.insert(to.end(), from.begin() + part.from, from.begin() + part.to);
        }
      };
      take(all.means, moments.means);
      take(all.deviations, moments.deviations);
      source += (source.empty() ? "data/" : " + data/") + part.group;
    }
    const auto whole = [&](std::vector<double>& numbers) {
      if (numbers.size() != static_cast<size_t>(facts_.signals)) { numbers.clear(); }
    };
    whole(all.means);
    whole(all.deviations);
    write_moments(out_, {1, facts_.signals}, all.means, all.deviations);
    writer_.close(regular_timebase(0, rate_hz, rows_), facts_);
    const std::string name = out_.filename().string();
    return {name,
            ModalityKind::sequence,
            name == "responses" ? "responses as published" : "behaviour as published",
            source,
            std::string(name_of(facts_.type)),
            facts_.signals,
            0,
            rate_hz};
  }

 private:
  const SensoriumFolder& folder_;
  std::filesystem::path out_;
  std::vector<Part> parts_;
  SequenceWriter writer_;
  SequenceFacts facts_;
  int64_t rows_ = 0;
};

std::vector<std::unique_ptr<Lane>> lanes_of(const SensoriumFolder& folder,
                                            const std::filesystem::path& session) {
  std::vector<std::unique_ptr<Lane>> lanes;
  lanes.push_back(std::make_unique<Lane>(
      folder, session / "responses",
      std::vector<Lane::Part>{{"responses", 0, folder.signals.at("responses")}},
      std::vector<std::string>()));
  std::vector<Lane::Part> eye;
  std::vector<std::string> names;
  if (folder.has("behavior")) {
    const int64_t last = folder.signals.at("behavior") - 1;  // the speed
    eye.push_back({"behavior", 0, last});
    names = {"pupil", "pupil_change"};
    names.resize(static_cast<size_t>(last));
    lanes.push_back(std::make_unique<Lane>(folder, session / "treadmill",
                                           std::vector<Lane::Part>{{"behavior", last, last + 1}},
                                           std::vector<std::string>{"speed"}));
  }
  if (folder.has("pupil_center")) {
    eye.push_back({"pupil_center", 0, 2});
    names.insert(names.end(), {"eye_x", "eye_y"});
  }
  if (!eye.empty()) {
    lanes.push_back(std::make_unique<Lane>(folder, session / "eye_tracker", eye, names));
  }
  return lanes;
}

// The first column of the last axis that holds a NaN, or the axis's length.
int64_t first_nan_sample(const WholeArray& array) {
  const int64_t samples = array.shape.back();
  int64_t first = samples;
  for (int64_t row = 0; samples > 0 && row < array.elements / samples; ++row) {
    first = std::min<int64_t>(
        first, int64_t(first_nan(
                   array.bytes.data() + static_cast<size_t>(row * samples) * bytes_of(array.type),
                   array.type, static_cast<size_t>(first))));
  }
  return first;
}

// [H, W, T] → the first `frames` as [F, H, W].
std::vector<std::byte> film_of(const WholeArray& video, int64_t frames) {
  const size_t size = bytes_of(video.type);
  const auto area = static_cast<size_t>(video.shape[0] * video.shape[1]);
  const auto samples = static_cast<size_t>(video.shape[2]);
  std::vector<std::byte> film(static_cast<size_t>(frames) * area * size);
  for (size_t f = 0; f < static_cast<size_t>(frames); ++f) {
    for (size_t p = 0; p < area; ++p) {
      std::memcpy(film.data() + (f * area + p) * size,
                  video.bytes.data() + (p * samples + f) * size, size);
    }
  }
  return film;
}

struct Trial2023 {
  int64_t usable = 0;  ///< samples before the first NaN of any array
  int64_t film = 0;    ///< samples before the video's own
};

Trial2023 lengths_of(const SensoriumFolder& folder,
                     const std::map<std::string, WholeArray>& arrays) {
  Trial2023 lengths;
  lengths.film = first_nan_sample(arrays.at("videos"));
  lengths.usable = lengths.film;
  for (const std::string& group : folder.groups) {
    lengths.usable = std::min(lengths.usable, first_nan_sample(arrays.at(group)));
  }
  return lengths;
}

std::map<std::string, WholeArray> arrays_of(const SensoriumFolder& folder, size_t trial) {
  std::map<std::string, WholeArray> arrays;
  for (const std::string& group : folder.groups) {
    Parsed<WholeArray> array = read_whole_array(folder.file(group, trial));
    if (!array.ok()) { throw InputError(std::move(array.diagnostics)); }
    arrays.emplace(group, std::move(*array.value));
  }
  return arrays;
}

Json trial_fields(const SensoriumFolder& folder, size_t trial, const char* kind,
                  const std::string& stimulus) {
  Json fields = {{"modality", kind},
                 {"image_size", {folder.height, folder.width}},
                 {"tier", folder.tiers[trial]},
                 {"stimulus_name", stimulus},
                 {"valid_trial", true},
                 {"trial", trial}};
  for (const auto& [name, column] : folder.trial_columns) {
    if (!fields.contains(name)) { fields[name] = row_of(column, static_cast<int64_t>(trial)); }
  }
  return fields;
}

void write_neurons(const SensoriumFolder& folder, const std::filesystem::path& session) {
  Json json = Json::object();
  for (const auto& [name, column] : folder.neuron_columns) {
    json[name] = Json::array();
    for (int64_t row = 0; row < column.shape[0]; ++row) {
      json[name].push_back(row_of(column, row));
    }
  }
  write_file(session / "neurons.json",
             json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

// One value where all neurons have the same: animal, session, scan.
std::string only_value(const SensoriumFolder& folder, const char* name) {
  const auto found = folder.neuron_columns.find(name);
  if (found == folder.neuron_columns.end() || found->second.elements == 0) { return ""; }
  const Json first = row_of(found->second, 0);
  for (int64_t row = 1; row < found->second.shape[0]; ++row) {
    if (row_of(found->second, row) != first) { return ""; }
  }
  return first.is_string() ? first.get<std::string>() : first.dump();
}

// The published loaders' key: of 2022 from the neurons' own scan, else the folder's name.
void take_identity(SessionRecord& record, const SensoriumFolder& folder, const std::string& name) {
  record.species = "Mus musculus";
  record.data_key = name;
  record.animal = only_value(folder, "animal_ids");
  const std::string session = only_value(folder, "sessions");
  const std::string scan = only_value(folder, "scan_idx");
  if (folder.year == SensoriumYear::static_2022 && !record.animal.empty() && !session.empty() &&
      !scan.empty()) {
    record.data_key = record.animal + "-" + session + "-" + scan;
  }
  static const std::regex released("^(static|dynamic)([0-9]+)-");
  std::smatch match;
  if (record.animal.empty() && std::regex_search(name, match, released)) {
    record.animal = match[2];
  }
}

class Importer {
 public:
  Importer(const ReadRequest& request, SensoriumYear year)
      : request_(request),
        folder_(open_sensorium(request.source, year)),
        rate_hz_(rate_of(year)),
        lanes_(lanes_of(folder_, request.session)),
        screen_(request.session / "screen") {}

  SessionRecord run() {
    for (size_t trial = 0; trial < folder_.tiers.size(); ++trial) {
      request_.progress(static_cast<int64_t>(trial), static_cast<int64_t>(folder_.tiers.size()));
      if (folder_.tiers[trial] == "none") {
        ++none_;
      } else if (folder_.year == SensoriumYear::static_2022) {
        take_picture(trial);
      } else {
        take_film(trial);
      }
    }
    if (record_.tiers.empty()) {
      throw InputError(
          {problem_in(folder_.path / "meta" / "trials" / "tiers.npy", "", "no trial can be used",
                      "a trial of a tier but none, with a "
                      "sample before its first NaN",
                      "")});
    }
    close();
    return std::move(record_);
  }

 private:
  void take_picture(size_t trial) {
    const auto arrays = arrays_of(folder_, trial);
    const WholeArray& picture = arrays.at("images");
    const std::string name =
        screen_.add_picture(picture.type, {folder_.height, folder_.width}, picture.bytes);
    const double onset_s[] = {static_cast<double>(rows_) / rate_hz_};
    screen_.add_trial(trial_fields(folder_, trial, "image", name), onset_s);
    for (const auto& lane : lanes_) { lane->append(arrays, 1); }
    count(trial, 1);
  }

  void take_film(size_t trial) {
    const auto arrays = arrays_of(folder_, trial);
    const Trial2023 lengths = lengths_of(folder_, arrays);
    if (lengths.usable == 0) {
      record_.left_out.emplace_back(fmt::format("trial {}", trial), "NaN from its first sample on");
      return;
    }
    if (rows_ > 0) { separate(); }
    const WholeArray& video = arrays.at("videos");
    const std::string name = screen_.add_picture(
        video.type, {lengths.film, folder_.height, folder_.width}, film_of(video, lengths.film));
    Json fields = trial_fields(folder_, trial, "video", name);
    fields["num_frames"] = lengths.usable;
    std::vector<double> flips_s;
    for (int64_t f = 0; f < lengths.usable; ++f) {
      flips_s.push_back(static_cast<double>(rows_ + f) / rate_hz_);
    }
    screen_.add_trial(std::move(fields), flips_s);
    for (const auto& lane : lanes_) { lane->append(arrays, lengths.usable); }
    count(trial, lengths.usable);
  }

  void separate() {
    screen_.add_blank(static_cast<double>(rows_++) / rate_hz_);
    for (const auto& lane : lanes_) { lane->append_zeros(); }
  }

  void count(size_t trial, int64_t samples) {
    rows_ += samples;
    const double seconds = static_cast<double>(samples) / rate_hz_;
    record_.seconds += seconds;
    record_.tiers[folder_.tiers[trial]].trials += 1;
    record_.tiers[folder_.tiers[trial]].seconds += seconds;
  }

  void close() {
    std::vector<Diagnostic> wrong;
    screen_.close(static_cast<double>(rows_) / rate_hz_, {folder_.height, folder_.width});
    record_.left_out.insert(record_.left_out.begin(), folder_.left_out.begin(),
                            folder_.left_out.end());
    std::vector<Diagnostic> other;  // statistics of each pixel are no scale of the screen
    const SensoriumMoments light = moments_of(folder_, folder_.groups[0], 1, other);
    for (const Diagnostic& d : other) {
      record_.left_out.emplace_back(
          std::filesystem::path(d.file).lexically_relative(folder_.path).string(), d.message);
    }
    write_moments(request_.session / "screen", {1}, light.means, light.deviations);
    for (const auto& lane : lanes_) { record_.modalities.push_back(lane->close(rate_hz_, wrong)); }
    if (!wrong.empty()) { throw InputError(std::move(wrong)); }
    record_.modalities.push_back({"screen", ModalityKind::screen, "grey levels",
                                  "data/" + folder_.groups[0], folder_.picture_types,
                                  folder_.height * folder_.width, rate_hz_, rate_hz_});
    write_neurons(folder_, request_.session);
    record_.neurons = folder_.signals.at("responses");
    take_identity(record_, folder_, request_.name);
    take_notes();
    write_identity(record_, request_.session);
  }

  void take_notes() {
    record_.notes.push_back(
        "trials stand in the order of their files on one clock: when they were shown was not "
        "published");
    record_.notes.push_back(folder_.year == SensoriumYear::static_2022
                                ? "a row is one trial: responses summed 50 to 550 ms after onset"
                                : "between trials stands one blank frame over rows of zeros");
    if (none_ > 0) {
      record_.left_out.emplace_back(fmt::format("{} trials of tier none", none_),
                                    "the published loader leaves them out");
    }
  }

  const ReadRequest& request_;
  SensoriumFolder folder_;
  double rate_hz_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  ScreenWriter screen_;
  SessionRecord record_;
  int64_t rows_ = 0, none_ = 0;
};

}  // namespace

SessionRecord read_sensorium(const ReadRequest& request, SensoriumYear year) {
  return Importer(request, year).run();
}

}  // namespace enigma::recordings::importer::sensorium
