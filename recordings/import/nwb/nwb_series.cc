#include "recordings/import/nwb/nwb_series.h"

#include "recordings/import/float_type.h"
#include "recordings/import/nwb/nwb_treadmill.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace enigma::recordings::importer::nwb {
namespace {

constexpr int64_t kBlockBytes = 8 << 20, kChunkedBytesMax = 512 << 20;
constexpr int64_t kRowsASampleMax = 64, kAlwaysWrittenBytes = 16 << 20;

int64_t sample_of(const NwbColumn& column, int64_t row) {
  return column.samples.empty() ? row : column.samples[static_cast<size_t>(row)];
}

// Whether a row has no sample that counts.
bool is_unobserved(const NwbImport& import, const Timebase& base, const NwbColumn& column,
                   int64_t row) {
  const int64_t sample = sample_of(column, row);
  if (sample < 0) { return true; }
  if (import.invalid_times.empty()) { return false; }
  const double from_s = base.start_s + static_cast<double>(row) / base.rate_hz + column.lag_s;
  const double taken_s = column.series.time_s(sample);  // rows may hold a sample before them
  return meet(import.invalid_times, {from_s, from_s + 1 / base.rate_hz}) ||
         meet(import.invalid_times, {taken_s, taken_s});
}

// data · conversion · channel_conversion + offset. A number that leaves its type is told.
void put_converted(std::byte* place, NumberType type, const NwbSeries& series, double number,
                   int64_t signal) {
  const double channel = series.channel_conversion.empty()
                             ? 1
                             : series.channel_conversion[static_cast<size_t>(signal)];
  const double value = number * series.conversion * channel + series.offset;
  if (std::isfinite(number) &&
      !(std::abs(value) <= (type == NumberType::f32 ? std::numeric_limits<float>::max()
                                                    : std::numeric_limits<double>::max()))) {
    throw Hdf5Error(series.place + "/data", "number is too large after its conversion",
                    fmt::format("a {}", name_of(type)), fmt::format("{} of {}", value, number));
  }
  put_float(place, type, value);
}

template <typename Integer>
bool is_rounded(const std::byte* bytes, size_t index) {
  Integer integer = 0;
  std::memcpy(&integer, bytes + index * sizeof integer, sizeof integer);
  return static_cast<long double>(static_cast<double>(integer)) !=
         static_cast<long double>(integer);
}

// Whether a stored integer has more digits than the float64 that it becomes.
bool is_rounded(const std::byte* bytes, NumberType type, size_t index) {
  static_assert(std::numeric_limits<long double>::digits >= 64);
  if (type == NumberType::i64) { return is_rounded<int64_t>(bytes, index); }
  return type == NumberType::u64 && is_rounded<uint64_t>(bytes, index);
}

// Rows [first, first + count) of a column into a block of rows, from byte `at` of each on. Returns
// how many numbers were rounded.
int64_t place_rows(const NwbImport& import, const Timebase& base, const NwbColumn& column,
                   int64_t first, int64_t count, NumberType type, std::vector<std::byte>& block,
                   size_t row_bytes, size_t at) {
  const NwbSeries& series = column.series;
  int64_t from = std::numeric_limits<int64_t>::max(), to = -1;
  for (int64_t row = first; row < first + count; ++row) {
    if (const int64_t sample = sample_of(column, row); sample >= 0) {
      from = std::min(from, sample);
      to = std::max(to, sample);
    }
  }
  const std::vector<std::byte> data =
      to < 0 ? std::vector<std::byte>()
             : import.file.rows(series.place + "/data", from, to - from + 1);
  const bool as_stored = !series.is_converted() && series.shape.type == type;
  const size_t size = bytes_of(type);
  int64_t rounded = 0;
  for (int64_t row = 0; row < count; ++row) {
    const int64_t sample = sample_of(column, first + row);
    const bool unobserved = is_unobserved(import, base, column, first + row);
    std::byte* place = block.data() + static_cast<size_t>(row) * row_bytes + at;
    for (int64_t n = 0; n < series.signals(); ++n, place += size) {
      const auto index = static_cast<size_t>((sample - from) * series.signals() + n);
      if (unobserved) {
        put_float(place, type, std::numeric_limits<double>::quiet_NaN());
      } else if (as_stored) {
        std::memcpy(place, data.data() + index * size, size);
      } else {
        const double number = number_at(data.data(), series.shape.type, index);
        rounded += is_rounded(data.data(), series.shape.type, index);
        put_converted(place, type, series, number, n);
      }
    }
  }
  return rounded;
}

bool is_same_clock(const NwbSeries& a, const NwbSeries& b) {
  return a.rows() == b.rows() && a.times_s == b.times_s && a.starting_s == b.starting_s &&
         a.rate_hz == b.rate_hz;
}

std::vector<std::string> names_of(const NwbSeries& series) {
  const std::string name = series.place.substr(series.place.rfind('/') + 1);
  if (series.signals() == 1) { return {name}; }
  std::vector<std::string> names;
  for (int64_t i = 0; i < series.signals(); ++i) {
    names.push_back(series.signals() <= 3 ? name + "_" + "xyz"[i] : fmt::format("{}_{}", name, i));
  }
  return names;
}

// Series of one clock side by side under one name.
void write_group(NwbImport& import, const std::string& wish, const std::vector<NwbSeries>& group,
                 const std::string& quantity) {
  const Timebase base = group[0].timebase();
  SequenceFacts facts;
  std::vector<NwbColumn> columns;
  int64_t lost = 0;
  for (const NwbSeries& series : group) {
    lost = 0;
    columns.push_back(
        {series, base.regular ? std::vector<int64_t>() : samples_on(base, series.times_s, lost),
         0});
    const auto names = names_of(series);
    facts.signal_names.insert(facts.signal_names.end(), names.begin(), names.end());
  }
  const std::string name = import.free_name(wish);
  if (!base.regular) {
    import.record.notes.push_back(fmt::format(
        "{}: sampled irregularly ({:.4g} Hz in the median), stored at {:.4g} Hz so that reading at "
        "a sample's own time gives it; {} samples fell together with a later one",
        name, base.native_rate_hz, base.rate_hz, lost));
  }
  write_nwb_sequence(import, name, base, columns, std::move(facts), quantity);
}

bool is_behaviour(const NwbObject& object) {
  static const std::set<std::string> types = {"TimeSeries", "SpatialSeries"};
  return types.contains(object.type) && !object.place.starts_with("/stimulus");
}

// The names that mean something to a trainer are for what is that.
std::string own_name(const NwbObject& object) {
  const std::string name = object.name();
  return name == "treadmill" || name == "eye_tracker" ? name + "_series" : name;
}

bool is_eye(const NwbImport& import, const NwbObject& object) {
  const std::string container = import.container_type(object);
  return container == "EyeTracking" || container == "PupilTracking";
}

// Nothing where the object is no series of numbers over time; it is then listed as left out.
std::optional<NwbSeries> behaviour_at(NwbImport& import, const NwbObject& object) {
  const auto leave = [&](const char* why) {
    import.record.left_out.emplace_back(object.place, why);
    return std::nullopt;
  };
  const std::string data = object.place + "/data";
  if (!import.file.exists(data)) { return leave("has no data"); }
  const Hdf5Shape shape = import.file.shape(data);
  if (shape.content != Hdf5Content::number) { return leave("holds no numbers"); }
  if (shape.sides.size() != 1 && shape.sides.size() != 2) {
    return leave("is no table of samples");
  }
  if (shape.elements == 0) { return leave("is empty"); }
  return open_nwb_series(import, object.place);
}

}  // namespace

int64_t rows_at_once(const Hdf5Shape& shape, int64_t row_bytes) {
  const int64_t few = std::max<int64_t>(1, kBlockBytes / std::max<int64_t>(row_bytes, 1));
  const int64_t chunk =
      std::clamp<int64_t>(shape.chunk_rows, 1, std::max<int64_t>(shape.rows(), 1));
  const int64_t chunks = (few + chunk - 1) / chunk;
  return chunks * chunk <= kChunkedBytesMax / std::max<int64_t>(row_bytes, 1) ? chunks * chunk
                                                                              : few;
}

Timebase NwbSeries::timebase() const {
  return times_s.empty() ? regular_timebase(starting_s, rate_hz, rows()) : timebase_of(times_s);
}

double NwbSeries::time_s(int64_t row) const {
  return times_s.empty() ? starting_s + static_cast<double>(row) / rate_hz
                         : times_s[static_cast<size_t>(row)];
}

namespace {

[[noreturn]] void refuse_jump(const std::string& times, const std::vector<double>& times_s,
                              size_t after) {
  throw Hdf5Error(fmt::format("{}[{}]", times, after), "clock jumps",
                  "times of one recording, without a wait that is longer than all of it",
                  fmt::format("{} s after {} s", times_s[after], times_s[after - 1]));
}

// What is written stays in proportion to what is read: rows between samples hold nothing.
void check_extent(const NwbSeries& series) {
  if (series.times_s.empty()) { return; }
  const int64_t rows = series.timebase().rows;
  const int64_t row_bytes = series.signals() * static_cast<int64_t>(bytes_of(series.type));
  if (rows > kRowsASampleMax * series.rows() && rows > kAlwaysWrittenBytes / row_bytes) {
    refuse_jump(series.place + "/timestamps", series.times_s, after_longest_wait(series.times_s));
  }
}

}  // namespace

void take_nwb_times(const NwbImport& import, NwbSeries& series, int64_t rows) {
  const std::string times = series.place + "/timestamps", start = series.place + "/starting_time";
  if (import.file.exists(times)) {
    series.times_s = import.file.numbers(times);
    if (static_cast<int64_t>(series.times_s.size()) != rows) {
      throw Hdf5Error(times, "timestamps and data differ in length", std::to_string(rows),
                      std::to_string(series.times_s.size()));
    }
    if (auto wrong = wrong_times(import.request.source, times, series.times_s)) {
      throw InputError({*wrong});
    }
    if (const auto jump = jump_in(series.times_s)) { refuse_jump(times, series.times_s, *jump); }
    return;
  }
  if (!import.file.exists(start)) {
    throw Hdf5Error(series.place, "series has no clock", "timestamps, or starting_time and rate");
  }
  const std::vector<double> first = import.file.numbers(start);
  const double rate_hz = import.file.number_attribute(start, "rate").value_or(0);
  if (first.size() != 1 || !std::isfinite(first[0]) || !(rate_hz > 0) || !std::isfinite(rate_hz)) {
    throw Hdf5Error(start, "starting time and rate cannot be read", "a time, and a rate above 0",
                    fmt::format("rate {}", rate_hz));
  }
  if (!std::isfinite(first[0] + static_cast<double>(rows) / rate_hz)) {
    throw Hdf5Error(start, "clock has no end", "a rate that is no rounding of 0",
                    fmt::format("rate {}", rate_hz));
  }
  series.starting_s = first[0];
  series.rate_hz = rate_hz;
}

NwbSeries open_nwb_series(const NwbImport& import, const std::string& place) {
  const std::string data = place + "/data";
  NwbSeries series;
  series.place = place;
  series.shape = import.file.shape(data);
  if (series.shape.content != Hdf5Content::number || series.shape.sides.empty() ||
      series.shape.sides.size() > 2 || series.shape.elements == 0) {
    throw Hdf5Error(data, "is no table of samples", "(samples) or (samples, signals) numbers");
  }
  series.conversion = import.file.number_attribute(data, "conversion").value_or(1);
  series.offset = import.file.number_attribute(data, "offset").value_or(0);
  series.unit = import.file.text_attribute(data, "unit");
  if (import.file.exists(place + "/channel_conversion")) {
    series.channel_conversion = import.file.numbers(place + "/channel_conversion");
    if (static_cast<int64_t>(series.channel_conversion.size()) != series.signals()) {
      throw Hdf5Error(place + "/channel_conversion", "is not one factor a signal",
                      std::to_string(series.signals()),
                      std::to_string(series.channel_conversion.size()));
    }
  }
  if (!std::isfinite(series.conversion) || !std::isfinite(series.offset)) {
    throw Hdf5Error(data, "conversion or offset is not finite", "numbers",
                    fmt::format("{}, {}", series.conversion, series.offset));
  }
  series.type = float_type_of(series.shape.type);
  take_nwb_times(import, series, series.rows());
  check_extent(series);
  return series;
}

int64_t write_nwb_sequence(NwbImport& import, const std::string& name, const Timebase& base,
                           const std::vector<NwbColumn>& columns, SequenceFacts facts,
                           const std::string& quantity) {
  facts.type = columns[0].series.type;
  std::string source;
  for (const NwbColumn& column : columns) {
    facts.type = wider_float(facts.type, column.series.type);
    facts.signals += column.series.signals();
    source += (source.empty() ? "" : " + ") + column.series.place;
  }
  if (!columns[0].series.unit.empty()) { facts.more["unit"] = columns[0].series.unit; }
  const auto folder = import.request.session / name;
  SequenceWriter writer(folder);
  const size_t row_bytes = static_cast<size_t>(facts.signals) * bytes_of(facts.type);
  const int64_t step = rows_at_once(columns[0].series.shape, static_cast<int64_t>(row_bytes));
  int64_t rounded = 0;
  for (int64_t first = 0; first < base.rows; first += step) {
    const int64_t count = std::min(step, base.rows - first);
    std::vector<std::byte> block(static_cast<size_t>(count) * row_bytes);
    size_t at = 0;
    for (const NwbColumn& column : columns) {
      rounded += place_rows(import, base, column, first, count, facts.type, block, row_bytes, at);
      at += static_cast<size_t>(column.series.signals()) * bytes_of(facts.type);
    }
    writer.append(block);
  }
  int64_t unobserved = 0;
  for (int64_t row = 0; row < base.rows; ++row) {
    unobserved += std::any_of(columns.begin(), columns.end(), [&](const NwbColumn& column) {
      return is_unobserved(import, base, column, row);
    });
  }
  facts.more["rows_unobserved"] = unobserved;
  writer.close(base, facts);
  if (rounded > 0) {
    import.record.notes.push_back(
        fmt::format("{}: {} integers have more digits than a float64 and are stored as the nearest",
                    source, rounded));
  }
  const auto& times_s = columns[0].series.times_s;
  if (!times_s.empty()) {
    write_numbers(folder / "source_timestamps.npy", {static_cast<int64_t>(times_s.size())},
                  times_s);
  }
  import.record.modalities.push_back({name, ModalityKind::sequence, quantity, source,
                                      std::string(name_of(facts.type)), facts.signals,
                                      base.native_rate_hz, base.rate_hz});
  return unobserved;
}

void import_nwb_behaviour(NwbImport& import) {
  std::vector<std::vector<NwbSeries>> eyes;  // by clock
  std::vector<NwbObject> others;
  std::copy_if(import.objects.begin(), import.objects.end(), std::back_inserter(others),
               [&](const NwbObject& o) { return is_behaviour(o) && !is_eye(import, o); });
  const std::optional<std::string> treadmill = nwb_treadmill(import, others);
  std::vector<NwbObject> pupils_first = import.objects;
  std::stable_sort(pupils_first.begin(), pupils_first.end(),
                   [&](const NwbObject& a, const NwbObject& b) {
                     return import.container_type(a) == "PupilTracking" &&
                            import.container_type(b) != "PupilTracking";
                   });
  for (const NwbObject& object : pupils_first) {
    if (!is_behaviour(object)) { continue; }
    import.attempt([&] {
      const auto series = behaviour_at(import, object);
      if (!series) { return; }
      if (is_eye(import, object)) {
        const auto same = std::find_if(eyes.begin(), eyes.end(), [&](const auto& group) {
          return is_same_clock(group[0], *series);
        });
        if (same != eyes.end()) {
          same->push_back(*series);
        } else {
          eyes.push_back({*series});
        }
        return;
      }
      if (treadmill == object.place) {
        write_group(import, "treadmill", {*series},
                    is_no_unit(series->unit) ? "running speed, in a unit that the file does not say"
                                             : "running speed, " + series->unit);
      } else {
        write_group(import, own_name(object), {*series}, "series");
      }
    });
  }
  for (const auto& group : eyes) {
    import.attempt([&] { write_group(import, "eye_tracker", group, "pupil and eye position"); });
  }
}

}  // namespace enigma::recordings::importer::nwb
