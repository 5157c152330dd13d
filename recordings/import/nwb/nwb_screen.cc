#include "recordings/import/nwb/nwb_screen.h"

#include "recordings/format/native_files.h"
#include "recordings/import/nwb/nwb_series.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

namespace enigma::recordings::importer::nwb {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kSideMax = 1 << 15;
constexpr double kGapFrames = 4;       // a longer wait for the next frame is no frame's duration
constexpr double kEndWithin_s = 1e-3;  // of a trial, to the next picture: nothing between them

struct Frames {
  std::vector<int64_t> size;   ///< [H, W] or [H, W, 3]
  bool is_transposed = false;  ///< stored [T, W, H]
  NumberType type = NumberType::u8;
  std::vector<double> times_s;
};

double median_interval(const std::vector<double>& times_s) {
  if (times_s.size() < 2) { return 1; }
  std::vector<double> intervals;
  for (size_t i = 1; i < times_s.size(); ++i) { intervals.push_back(times_s[i] - times_s[i - 1]); }
  const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>(intervals.size() / 2);
  std::nth_element(intervals.begin(), middle, intervals.end());
  return *middle;
}

// ---- which series -----------------------------------------------------------------------------

// Why a series cannot be the stimulus; empty = it can.
std::string unusable(const NwbImport& import, const NwbObject& object) {
  const std::string data = object.place + "/data";
  if (import.file.exists(object.place + "/external_file")) {
    return "its frames lie in another file";
  }
  if (!import.file.exists(data)) { return "has no data"; }
  const Hdf5Shape shape = import.file.shape(data);
  if (shape.content != Hdf5Content::number || shape.elements == 0) { return "holds no frames"; }
  const size_t axes = shape.sides.size();
  if (object.type == "IndexSeries") { return axes == 1 ? "" : "is no list of pictures"; }
  return axes == 3 || (axes == 4 && shape.sides[3] == 3) ? "" : "frames are neither grey nor RGB";
}

std::optional<NwbObject> stimulus_of(NwbImport& import) {
  std::vector<NwbObject> usable;
  std::vector<int64_t> frames;
  const std::set<std::string> templates = nwb_templates(import);
  for (const NwbObject& object : import.of_types({"ImageSeries", "OpticalSeries", "IndexSeries"})) {
    if (templates.contains(import.file.end_of(object.place))) { continue; }
    const bool presented = object.place.starts_with("/stimulus/presentation");
    const std::string why = presented || object.place.starts_with("/acquisition")
                                ? unusable(import, object)
                                : "is neither presented nor acquired";
    if (!why.empty()) {
      import.record.left_out.emplace_back(object.place, why);
      continue;
    }
    const int64_t rank = presented ? int64_t{1} << 48 : 0;
    usable.push_back(object);
    frames.push_back(rank + import.file.shape(object.place + "/data").rows());
  }
  if (usable.empty()) { return std::nullopt; }
  const auto best =
      static_cast<size_t>(std::max_element(frames.begin(), frames.end()) - frames.begin());
  for (size_t i = 0; i < usable.size(); ++i) {
    if (i != best) {
      import.record.left_out.emplace_back(usable[i].place,
                                          "another series is the screen: " + usable[best].place);
    }
  }
  return usable[best];
}

// ---- trials of the screen -----------------------------------------------------------------------

void count_tier(NwbImport& import, const std::string& tier, double seconds) {
  if (tier.empty()) { return; }
  import.record.tiers[tier].trials += 1;
  import.record.tiers[tier].seconds += seconds;
}

// The trial's own columns follow the keys that the reader knows.
Json trial_fields(const char* kind, const std::vector<int64_t>& size, const std::string& stimulus,
                  const NwbTrial* trial) {
  Json fields = {
      {"modality", kind}, {"image_size", size}, {"stimulus_name", stimulus}, {"valid_trial", true}};
  if (trial == nullptr) { return fields; }
  if (!trial->tier.empty()) { fields["tier"] = trial->tier; }
  fields["table"] = trial->table;
  for (const auto& [name, value] : trial->fields.items()) {
    if (!fields.contains(name) && value.is_primitive()) { fields[name] = value; }
  }
  return fields;
}

void close_screen(NwbImport& import, ScreenWriter& screen, const NwbObject& series,
                  const Frames& frames, double end_s) {
  int64_t pixels = 1;
  for (const int64_t side : frames.size) { pixels *= side; }
  screen.close(end_s, frames.size);
  const double rate_hz = series.type == "IndexSeries" ? 0 : 1 / median_interval(frames.times_s);
  import.record.modalities.push_back({"screen", ModalityKind::screen, "grey levels", series.place,
                                      std::string(name_of(frames.type)), pixels, rate_hz, rate_hz});
}

// ---- films
// ----------------------------------------------------------------------------------------

// `dimension` is NWB's (x, y) of a frame, so it tells which axis of the data is which.
bool is_transposed(const NwbImport& import, const NwbObject& series, const Hdf5Shape& shape) {
  const std::string place = series.place + "/dimension";
  if (import.file.exists(place)) {
    const std::vector<double> sides = import.file.numbers(place);
    const auto a = static_cast<double>(shape.sides[1]), b = static_cast<double>(shape.sides[2]);
    if (sides.size() >= 2 && a != b && sides[0] == b && sides[1] == a) { return false; }
    if (sides.size() >= 2 && a != b && sides[0] == a && sides[1] == b) { return true; }
  }
  return series.type == "OpticalSeries";
}

Frames open_film(const NwbImport& import, const NwbObject& series) {
  const Hdf5Shape shape = import.file.shape(series.place + "/data");
  Frames frames;
  frames.is_transposed = is_transposed(import, series, shape);
  frames.type = shape.type;
  frames.size = {shape.sides[1], shape.sides[2]};
  if (frames.is_transposed) { std::swap(frames.size[0], frames.size[1]); }
  if (shape.sides.size() == 4) { frames.size.push_back(3); }
  if (frames.size[0] > kSideMax || frames.size[1] > kSideMax) {
    throw Hdf5Error(series.place + "/data", "frames are too large",
                    fmt::format("sides up to {}", kSideMax),
                    fmt::format("{}", fmt::join(shape.sides, " x ")));
  }
  NwbSeries clock;
  clock.place = series.place;
  take_nwb_times(import, clock, shape.rows());
  for (int64_t i = 0; i < shape.rows(); ++i) { frames.times_s.push_back(clock.time_s(i)); }
  return frames;
}

// [W, H(, C)] → [H, W(, C)], frame by frame.
std::vector<std::byte> upright(const std::vector<std::byte>& stored, const Frames& frames) {
  const auto height = static_cast<size_t>(frames.size[0]);
  const auto width = static_cast<size_t>(frames.size[1]);
  const size_t pixel = bytes_of(frames.type) * (frames.size.size() == 3 ? 3 : 1);
  const size_t frame = height * width * pixel;
  std::vector<std::byte> turned(stored.size());
  for (size_t at = 0; at < stored.size(); at += frame) {
    for (size_t y = 0; y < height; ++y) {
      for (size_t x = 0; x < width; ++x) {
        std::memcpy(turned.data() + at + (y * width + x) * pixel,
                    stored.data() + at + (x * height + y) * pixel, pixel);
      }
    }
  }
  return turned;
}

std::string write_film(NwbImport& import, ScreenWriter& screen, const NwbObject& series,
                       const Frames& frames, int64_t first, int64_t end) {
  ArrayWriter film(screen.picture_path("film"), frames.type, frames.size);
  int64_t frame_bytes = static_cast<int64_t>(bytes_of(frames.type));
  for (const int64_t side : frames.size) { frame_bytes *= side; }
  const int64_t step = rows_at_once(import.file.shape(series.place + "/data"), frame_bytes);
  for (int64_t at = first; at < end; at += step) {
    const auto stored = import.file.rows(series.place + "/data", at, std::min(step, end - at));
    film.append(frames.is_transposed ? upright(stored, frames) : stored);
    import.request.progress(at, static_cast<int64_t>(frames.times_s.size()));
  }
  film.close();
  return screen.adopt_picture("film");
}

void import_film(NwbImport& import, const NwbObject& series, const std::vector<NwbTrial>& trials) {
  const Frames frames = open_film(import, series);
  const std::vector<double>& times_s = frames.times_s;
  const double median_s = median_interval(times_s);
  const std::vector<int64_t> trial_of = trials_at(trials, times_s);
  const bool untold =
      std::all_of(trial_of.begin(), trial_of.end(), [](int64_t t) { return t < 0; });
  ScreenWriter screen(import.request.session / "screen");
  const auto count = static_cast<int64_t>(times_s.size());
  const auto is_gap = [&](int64_t next) {
    const auto i = static_cast<size_t>(next);
    return times_s[i] - times_s[i - 1] > kGapFrames * median_s;
  };
  for (int64_t first = 0, end = 0; first < count; first = end) {
    const int64_t trial = trial_of[static_cast<size_t>(first)];
    while (++end < count && trial_of[static_cast<size_t>(end)] == trial && !is_gap(end)) {}
    const bool gap_follows = end < count && is_gap(end);
    const double end_s = end < count && !gap_follows
                             ? times_s[static_cast<size_t>(end)]
                             : times_s[static_cast<size_t>(end - 1)] + median_s;
    Json fields =
        trial_fields("video", frames.size, write_film(import, screen, series, frames, first, end),
                     trial < 0 ? nullptr : &trials[static_cast<size_t>(trial)]);
    if (untold) { fields["tier"] = "train"; }
    fields["num_frames"] = end - first;
    count_tier(import, fields.value("tier", ""), end_s - times_s[static_cast<size_t>(first)]);
    screen.add_trial(
        std::move(fields),
        std::span(times_s).subspan(static_cast<size_t>(first), static_cast<size_t>(end - first)));
    if (gap_follows) { screen.add_blank(end_s); }
  }
  close_screen(import, screen, series, frames, times_s.back() + median_s);
}

// ---- pictures
// ---------------------------------------------------------------------------------------

// The places of an Images container's pictures in the order that indices count them.
std::vector<std::string> pictures_in(const NwbImport& import, const std::string& images) {
  const std::string order = images + "/order_of_images";
  if (import.file.exists(order)) { return import.file.references(order); }
  std::vector<std::string> places;
  for (const std::string& name : import.file.children(images)) {
    const std::string place = images + "/" + name;
    if (import.file.kind(place) == Hdf5Kind::dataset) { places.push_back(place); }
  }
  return places;
}

// Where pictures come from: datasets of one each, or the frames of a template series.
struct Pictures {
  std::vector<std::string> places;
  std::string series;  ///< empty = places
  int64_t count = 0;
};

Pictures pictures_of(const NwbImport& import, const NwbObject& index) {
  const std::string images = index.place + "/indexed_images";
  const std::string series = index.place + "/indexed_timeseries/data";
  Pictures pictures;
  if (import.file.exists(images)) {
    pictures.places = pictures_in(import, images);
    pictures.count = static_cast<int64_t>(pictures.places.size());
  } else if (import.file.exists(series)) {
    pictures.series = series;
    pictures.count = import.file.shape(series).rows();
  } else {
    throw Hdf5Error(index.place, "refers to no pictures", "indexed_images or indexed_timeseries");
  }
  return pictures;
}

std::string add_picture(const NwbImport& import, const Pictures& pictures, int64_t index,
                        Frames& frames, ScreenWriter& screen) {
  const bool own = pictures.series.empty();
  const std::string place = own ? pictures.places[static_cast<size_t>(index)] : pictures.series;
  const Hdf5Shape shape = import.file.shape(place);
  std::vector<int64_t> size(shape.sides.begin() + (own || shape.sides.empty() ? 0 : 1),
                            shape.sides.end());
  const bool is_picture = shape.content == Hdf5Content::number &&
                          (size.size() == 2 || (size.size() == 3 && size[2] == 3));
  if (!is_picture || (!frames.size.empty() && frames.size != size)) {
    throw Hdf5Error(place, "picture is not like the others of the screen",
                    frames.size.empty() ? "height x width, grey or RGB"
                                        : fmt::format("{}", fmt::join(frames.size, " x ")),
                    fmt::format("{}", fmt::join(size, " x ")));
  }
  frames.size = size;
  frames.type = shape.type;
  return screen.add_picture(
      shape.type, size,
      own ? import.file.rows(place, 0, shape.rows()) : import.file.rows(place, index, 1));
}

std::vector<int64_t> indices_of(const NwbImport& import, const NwbObject& series,
                                const Pictures& pictures) {
  const std::string place = series.place + "/data";
  std::vector<int64_t> indices;
  for (const int64_t index : import.file.integers(place)) {
    if (index < 0 || index >= pictures.count) {
      throw Hdf5Error(fmt::format("{}[{}]", place, indices.size()), "refers to no picture",
                      fmt::format("0 to {}", pictures.count - 1), fmt::format("{}", index));
    }
    indices.push_back(index);
  }
  return indices;
}

void import_pictures(NwbImport& import, const NwbObject& series,
                     const std::vector<NwbTrial>& trials) {
  const Pictures pictures = pictures_of(import, series);
  const std::vector<int64_t> indices = indices_of(import, series, pictures);
  NwbSeries clock;
  clock.place = series.place;
  take_nwb_times(import, clock, static_cast<int64_t>(indices.size()));
  Frames frames;
  for (size_t i = 0; i < indices.size(); ++i) {
    frames.times_s.push_back(clock.time_s(static_cast<int64_t>(i)));
  }
  const double median_s = median_interval(frames.times_s);
  const std::vector<int64_t> trial_of = trials_at(trials, frames.times_s);
  ScreenWriter screen(import.request.session / "screen");
  std::map<int64_t, std::string> names;
  double end_s = 0;
  for (size_t i = 0; i < indices.size(); ++i) {
    std::string& name = names[indices[i]];
    if (name.empty()) { name = add_picture(import, pictures, indices[i], frames, screen); }
    const NwbTrial* trial = trial_of[i] < 0 ? nullptr : &trials[static_cast<size_t>(trial_of[i])];
    const double flip_s = frames.times_s[i];
    const double next_s = i + 1 < indices.size() ? frames.times_s[i + 1] : INFINITY;
    end_s =
        trial != nullptr ? std::min(trial->stop_s, next_s) : std::min(flip_s + median_s, next_s);
    Json fields = trial_fields("image", frames.size, name, trial);
    if (trials.empty()) { fields["tier"] = "train"; }
    fields["picture"] = indices[i];
    count_tier(import, fields.value("tier", ""), end_s - flip_s);
    const double flips_s[] = {flip_s};
    screen.add_trial(std::move(fields), flips_s);
    if (std::isfinite(next_s) && trial != nullptr && end_s < next_s - kEndWithin_s) {
      screen.add_blank(end_s);
    }
  }
  close_screen(import, screen, series, frames, end_s);
}

}  // namespace

std::set<std::string> nwb_templates(const NwbImport& import) {
  std::set<std::string> templates;
  for (const NwbObject& index : import.of_types({"IndexSeries"})) {
    const std::string place = index.place + "/indexed_timeseries";
    if (import.file.exists(place)) { templates.insert(import.file.end_of(place)); }
  }
  return templates;
}

void import_nwb_screen(NwbImport& import, const std::vector<NwbTrial>& trials) {
  import.attempt([&] {
    const auto series = stimulus_of(import);
    if (!series) { return; }
    if (series->type == "IndexSeries") {
      import_pictures(import, *series, trials);
    } else {
      import_film(import, *series, trials);
    }
  });
}

}  // namespace enigma::recordings::importer::nwb
