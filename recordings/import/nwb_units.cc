#include "recordings/import/nwb_units.h"

#include "recordings/import/native_files.h"
#include "recordings/import/nwb_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace enigma::recordings {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kRowsMax = 1e9;
constexpr int64_t kBlockBytes = 8 << 20;
constexpr int64_t kExactInHalf = 2048;

struct Spikes {
  std::string place;
  std::vector<double> times_s;  ///< block by block, sorted within
  std::vector<int64_t> ends;    ///< of each unit's block
  double first_s = std::numeric_limits<double>::infinity();
  double last_s = -std::numeric_limits<double>::infinity();

  std::span<const double> of(size_t unit) const {
    const auto from = static_cast<size_t>(unit == 0 ? 0 : ends[unit - 1]);
    return std::span(times_s).subspan(from, static_cast<size_t>(ends[unit]) - from);
  }
  void include(double t_s) {
    if (!std::isfinite(t_s)) return;
    first_s = std::min(first_s, t_s);
    last_s = std::max(last_s, t_s);
  }
};

Spikes read_spikes(const NwbImport& import, const NwbTable& units) {
  Spikes spikes;
  spikes.place = units.place + "/spike_times";
  spikes.times_s = import.file.numbers(spikes.place);
  const std::string index = spikes.place + "_index";
  if (!import.file.exists(index))
    throw Hdf5Error(index, "is missing", "where each unit's spikes end");
  spikes.ends = nwb_index(import.file, index, static_cast<int64_t>(spikes.times_s.size()));
  if (static_cast<int64_t>(spikes.ends.size()) != units.rows)
    throw Hdf5Error(index, "units and spike trains differ in number", std::to_string(units.rows),
                    std::to_string(spikes.ends.size()));
  for (size_t i = 0; i < spikes.times_s.size(); ++i)
    if (!std::isfinite(spikes.times_s[i]))
      throw Hdf5Error(fmt::format("{}[{}]", spikes.place, i), "spike time is not finite", "seconds",
                      fmt::format("{}", spikes.times_s[i]));
  return spikes;
}

void sort_blocks(Spikes& spikes, NwbImport& import) {
  int64_t unsorted = 0, from = 0;
  for (const int64_t end : spikes.ends) {
    const auto begin = spikes.times_s.begin() + from;
    if (!std::is_sorted(begin, spikes.times_s.begin() + end)) {
      std::sort(begin, spikes.times_s.begin() + end);
      ++unsorted;
    }
    from = end;
  }
  if (unsorted > 0)
    import.record.notes.push_back(
        fmt::format("spike times of {} units were not in order and were sorted", unsorted));
  for (const double t_s : spikes.times_s) spikes.include(t_s);
}

void write_spikes(NwbImport& import, const Spikes& spikes) {
  const auto folder = import.request.session / "spikes";
  std::filesystem::create_directories(folder);
  write_numbers(folder / "spikes.npy", {static_cast<int64_t>(spikes.times_s.size())},
                spikes.times_s);
  std::vector<int64_t> offsets = {0};
  offsets.insert(offsets.end(), spikes.ends.begin(), spikes.ends.end());
  const auto units = static_cast<int64_t>(spikes.ends.size());
  write_file(folder / "meta.yml", yaml_of({{"modality", "spikes"},
                                           {"start_time", spikes.first_s},
                                           {"end_time", spikes.last_s},
                                           {"is_mem_mapped", false},
                                           {"dtype", "float64"},
                                           {"n_signals", units},
                                           {"spike_indices", offsets}}));
  import.record.modalities.push_back({"spikes", "spikes",
                                      fmt::format("{} spike times", spikes.times_s.size()),
                                      spikes.place, "float64", units, 0, 0});
}

// The bin whose [b / rate, (b + 1) / rate) holds t, borders as floating point has them.
int64_t bin_of(double t_s, double rate_hz) {
  auto bin = static_cast<int64_t>(std::floor(t_s * rate_hz));
  while (static_cast<double>(bin + 1) / rate_hz <= t_s) ++bin;
  while (static_cast<double>(bin) / rate_hz > t_s) --bin;
  return bin;
}

struct Bins {
  int64_t first = 0, count = 0;
  double rate_hz = 0;
};

Bins bins_of(const Spikes& spikes, double rate_hz) {
  if (!((spikes.last_s - spikes.first_s) * rate_hz < kRowsMax) ||
      std::abs(spikes.first_s) * rate_hz > 1e15)
    throw Hdf5Error(spikes.place, "times span too long to be counted in bins",
                    fmt::format("up to {:g} bins", kRowsMax),
                    fmt::format("{} s to {} s at {} Hz", spikes.first_s, spikes.last_s, rate_hz));
  Bins bins;
  bins.rate_hz = rate_hz;
  bins.first = bin_of(spikes.first_s, rate_hz);
  // A recording that ends on a border has no bin after it, unless a spike stands there.
  const auto end = static_cast<int64_t>(std::ceil(spikes.last_s * rate_hz - 1e-6));
  const bool has_spike_at_end =
      std::any_of(spikes.times_s.begin(), spikes.times_s.end(),
                  [&](double t_s) { return bin_of(t_s, rate_hz) >= end; });
  bins.count = std::max<int64_t>(1, end - bins.first + (has_spike_at_end ? 1 : 0));
  return bins;
}

int64_t largest_count(const Spikes& spikes, double rate_hz) {
  int64_t largest = 0;
  for (size_t unit = 0; unit < spikes.ends.size(); ++unit) {
    int64_t bin = std::numeric_limits<int64_t>::min(), count = 0;
    for (const double t_s : spikes.of(unit)) {
      const int64_t here = bin_of(t_s, rate_hz);
      count = here == bin ? count + 1 : 1;
      bin = here;
      largest = std::max(largest, count);
    }
  }
  return largest;
}

template <typename T, typename Store>
void append_counts(SequenceWriter& writer, const Spikes& spikes, const Bins& bins, Store store) {
  const size_t units = spikes.ends.size();
  std::vector<size_t> next(units, 0);
  const auto step = std::max<int64_t>(
      1, kBlockBytes / static_cast<int64_t>(std::max<size_t>(units, 1) * sizeof(T)));
  std::vector<int64_t> counts;
  std::vector<T> rows;
  for (int64_t from = 0; from < bins.count; from += step) {
    const int64_t many = std::min(step, bins.count - from);
    counts.assign(static_cast<size_t>(many) * units, 0);
    for (size_t unit = 0; unit < units; ++unit)
      for (const auto train = spikes.of(unit); next[unit] < train.size(); ++next[unit]) {
        const int64_t row = bin_of(train[next[unit]], bins.rate_hz) - bins.first - from;
        if (row >= many) break;
        ++counts[static_cast<size_t>(row) * units + unit];
      }
    rows.resize(counts.size());
    std::transform(counts.begin(), counts.end(), rows.begin(), store);
    writer.append(std::as_bytes(std::span(rows)));
  }
}

void write_counts(NwbImport& import, const Spikes& spikes) {
  const double rate_hz = import.request.options.bin_hz;
  const Bins bins = bins_of(spikes, rate_hz);
  SequenceFacts facts;
  facts.signals = static_cast<int64_t>(spikes.ends.size());
  facts.type = largest_count(spikes, rate_hz) <= kExactInHalf ? NumberType::f16 : NumberType::f32;
  SequenceWriter writer(import.request.session / "responses");
  if (facts.type == NumberType::f16)
    append_counts<uint16_t>(writer, spikes, bins,
                            [](int64_t count) { return half_of(static_cast<float>(count)); });
  else
    append_counts<float>(writer, spikes, bins,
                         [](int64_t count) { return static_cast<float>(count); });
  writer.close(regular_timebase(static_cast<double>(bins.first) / rate_hz, rate_hz, bins.count),
               facts);
  import.record.neurons = facts.signals;
  import.record.seconds = static_cast<double>(bins.count) / rate_hz;
  import.record.modalities.push_back(
      {"responses", "sequence", fmt::format("spike counts in bins of {:g} ms", 1000 / rate_hz),
       spikes.place, std::string(name_of(facts.type)), facts.signals, 0, rate_hz});
  import.record.notes.push_back("responses are counts of the exact times in spikes");
}

// The area of a unit without one: where its first electrode lies.
void take_areas(const NwbImport& import, NwbTable& units) {
  const Json* electrodes = units.column("electrodes");
  if (units.column("area") != nullptr || electrodes == nullptr) return;
  std::string place = import.file.reference_attribute(units.place + "/electrodes", "table");
  if (place.empty()) place = "/general/extracellular_ephys/electrodes";
  if (!import.file.exists(place + "/location")) return;
  const std::vector<std::string> locations = import.file.texts(place + "/location");
  Json areas = Json::array();
  for (const Json& list : *electrodes) {
    const Json first = list.is_array() ? (list.empty() ? Json() : list[0]) : list;
    const bool known = first.is_number_integer() && first.get<int64_t>() >= 0 &&
                       first.get<size_t>() < locations.size();
    areas.push_back(known ? Json(locations[first.get<size_t>()]) : Json());
  }
  units.columns["area"] = std::move(areas);
}

void write_neurons(const NwbImport& import, const NwbTable& units) {
  write_file(import.request.session / "neurons.json",
             units.columns.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace

void import_nwb_units(NwbImport& import, const std::vector<NwbTrial>& trials) {
  const auto tables = import.of_types({"Units"});
  if (tables.empty()) return;
  for (size_t i = 1; i < tables.size(); ++i)
    import.record.left_out.emplace_back(tables[i].place, "a second table of units");
  NwbTable units = read_nwb_table(
      import.file, tables[0].place,
      {"spike_times", "spike_amplitudes", "waveforms", "waveform_mean", "waveform_sd"});
  for (const std::string& column : units.left_out)
    import.record.left_out.emplace_back(units.place + "/" + column, "is no column of plain values");
  if (units.rows == 0 || !import.file.exists(units.place + "/spike_times")) {
    import.record.left_out.emplace_back(units.place, "holds no spike times");
    return;
  }
  Spikes spikes = read_spikes(import, units);
  sort_blocks(spikes, import);
  for (const NwbTrial& trial : trials) {
    spikes.include(trial.start_s);
    spikes.include(trial.stop_s);
  }
  if (!(spikes.first_s <= spikes.last_s)) spikes.first_s = spikes.last_s = 0;
  write_spikes(import, spikes);
  take_areas(import, units);
  const bool free = import.record.neurons == 0;
  if (free) write_counts(import, spikes);
  if (free) write_neurons(import, units);
}

}  // namespace enigma::recordings
