#include "recordings/import/nwb/nwb_units.h"

#include "recordings/format/native_files.h"
#include "recordings/import/nwb/nwb_observed.h"
#include "recordings/import/nwb/nwb_table.h"
#include "recordings/import/nwb/spike_bins.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

namespace enigma::recordings::importer::nwb {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kRowsMax = 1e9, kBinsExact = 1e15;
constexpr double kAlwaysWrittenBytes = 16 << 20, kBytesASpikeMax = 8000;

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
    if (!std::isfinite(t_s)) { return; }
    first_s = std::min(first_s, t_s);
    last_s = std::max(last_s, t_s);
  }
};

Spikes read_spikes(const NwbImport& import, const NwbTable& units) {
  Spikes spikes;
  spikes.place = units.place + "/spike_times";
  spikes.times_s = import.file.numbers(spikes.place);
  const std::string index = spikes.place + "_index";
  if (!import.file.exists(index)) {
    throw Hdf5Error(index, "is missing", "where each unit's spikes end");
  }
  spikes.ends = nwb_index(import.file, index, static_cast<int64_t>(spikes.times_s.size()));
  if (static_cast<int64_t>(spikes.ends.size()) != units.rows) {
    throw Hdf5Error(index, "units and spike trains differ in number", std::to_string(units.rows),
                    std::to_string(spikes.ends.size()));
  }
  for (size_t i = 0; i < spikes.times_s.size(); ++i) {
    if (!std::isfinite(spikes.times_s[i])) {
      throw Hdf5Error(fmt::format("{}[{}]", spikes.place, i), "spike time is not finite", "seconds",
                      fmt::format("{}", spikes.times_s[i]));
    }
  }
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
  if (unsorted > 0) {
    import.record.notes.push_back(
        fmt::format("spike times of {} units were not in order and were sorted", unsorted));
  }
  for (const double t_s : spikes.times_s) { spikes.include(t_s); }
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
  import.record.modalities.push_back({"spikes", ModalityKind::spikes,
                                      fmt::format("{} spike times", spikes.times_s.size()),
                                      spikes.place, "float64", units, 0, 0});
}

// The instants that counting spans, in order, each with the place that says it.
struct Instant {
  double t_s;
  std::string place;
};

std::vector<Instant> instants_of(const NwbImport& import, const Spikes& spikes,
                                 const std::vector<NwbTrial>& trials) {
  std::vector<Instant> instants;
  const std::vector<double> stored = import.file.numbers(spikes.place);  // before it was sorted
  for (size_t i = 0; i < stored.size(); ++i) {
    instants.push_back({stored[i], fmt::format("{}[{}]", spikes.place, i)});
  }
  for (const NwbTrial& trial : trials) {
    for (const auto& [t_s, column] :
         {std::pair(trial.start_s, "start_time"), std::pair(trial.stop_s, "stop_time")}) {
      if (std::isfinite(t_s)) {
        instants.push_back({t_s, fmt::format("{}/{}[{}]", trial.place, column, trial.row)});
      }
    }
  }
  std::sort(instants.begin(), instants.end(),
            [](const Instant& a, const Instant& b) { return a.t_s < b.t_s; });
  return instants;
}

// The longest wait is where the clock jumped, if it did.
[[noreturn]] void refuse_span(const NwbImport& import, const Spikes& spikes,
                              const std::vector<NwbTrial>& trials) {
  const std::vector<Instant> instants = instants_of(import, spikes, trials);
  size_t after = 0;
  double longest_s = -1;
  for (size_t i = 1; i < instants.size(); ++i) {
    if (const double wait_s = instants[i].t_s - instants[i - 1].t_s; wait_s > longest_s) {
      longest_s = wait_s;
      after = i;
    }
  }
  throw Hdf5Error(instants[after].place, "clock jumps",
                  "times of one recording, whose bins are in proportion to its spikes",
                  after == 0 ? fmt::format("{} s", instants[0].t_s)
                             : fmt::format("{} s after {} s ({})", instants[after].t_s,
                                           instants[after - 1].t_s, instants[after - 1].place));
}

// What is written stays in proportion to what is read; more bins than usual are asked for.
bool is_out_of_proportion(const Spikes& spikes, double rate_hz) {
  const double bins = (spikes.last_s - spikes.first_s) * rate_hz;
  const double bytes = bins * static_cast<double>(spikes.ends.size()) * 2;
  const double most =
      std::max(kAlwaysWrittenBytes, kBytesASpikeMax * static_cast<double>(spikes.times_s.size()) *
                                        std::max(1.0, rate_hz / ReadOptions().bin_hz));
  return !(bytes <= most) || bins > kRowsMax ||
         std::max(std::abs(spikes.first_s), std::abs(spikes.last_s)) * rate_hz > kBinsExact;
}

SpikeBins bins_of(const Spikes& spikes, double rate_hz) {
  SpikeBins bins;
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

using Observed = std::vector<std::optional<std::vector<TimeSpan>>>;

std::vector<CountedUnit> counted(const NwbImport& import, const Spikes& spikes,
                                 const Observed& observed, const TimeSpan& recorded) {
  std::vector<CountedUnit> units;
  for (size_t unit = 0; unit < spikes.ends.size(); ++unit) {
    std::vector<TimeSpan> gaps = import.invalid_times;
    if (observed[unit]) {
      const auto unseen = between(*observed[unit], recorded);
      gaps.insert(gaps.end(), unseen.begin(), unseen.end());
    }
    units.push_back({spikes.of(unit), joined(std::move(gaps))});
  }
  return units;
}

ImportedGaps gaps_of(const NwbImport& import, const Observed& observed, const TimeSpan& recorded) {
  ImportedGaps gaps;
  gaps.invalid_s = seconds_in(import.invalid_times, recorded);
  for (const auto& spans : observed) {
    if (!spans) { continue; }
    double unseen_s = 0;
    for (const TimeSpan& span : between(*spans, recorded)) { unseen_s += span.to_s - span.from_s; }
    gaps.neurons += unseen_s > 0;
    gaps.neuron_s += unseen_s;
  }
  return gaps;
}

void write_counts(NwbImport& import, const Spikes& spikes, const NwbTable& units) {
  const double rate_hz = import.request.options.bin_hz;
  const SpikeBins bins = bins_of(spikes, rate_hz);
  const Observed observed = observed_times_of(units);
  const TimeSpan recorded = {bins.start_s(), bins.end_s()};
  NumberType type = NumberType::f16;
  const int64_t unobserved = write_spike_counts(import.request.session / "responses", bins,
                                                counted(import, spikes, observed, recorded), type);
  import.record.unobserved = gaps_of(import, observed, recorded);
  import.record.unobserved->seconds = static_cast<double>(unobserved) / rate_hz;
  import.record.neurons = static_cast<int64_t>(spikes.ends.size());
  import.record.seconds = static_cast<double>(bins.count) / rate_hz;
  import.record.modalities.push_back(
      {"responses", ModalityKind::sequence,
       fmt::format("spike counts in bins of {:g} ms", 1000 / rate_hz), spikes.place,
       std::string(name_of(type)), import.record.neurons, 0, rate_hz});
  import.record.notes.push_back("responses are counts of the exact times in spikes");
  const auto unsaid = std::count_if(observed.begin(), observed.end(),
                                    [](const auto& spans) { return !spans.has_value(); });
  if (units.column("obs_intervals") != nullptr && unsaid > 0) {
    import.record.notes.push_back(fmt::format(
        "obs_intervals says nothing of {} units: they count as observed throughout", unsaid));
  }
}

// The area of a unit without one: where its first electrode lies.
void take_areas(const NwbImport& import, NwbTable& units) {
  const Json* electrodes = units.column("electrodes");
  if (units.column("area") != nullptr || electrodes == nullptr) { return; }
  std::string place = import.file.reference_attribute(units.place + "/electrodes", "table");
  if (place.empty()) { place = "/general/extracellular_ephys/electrodes"; }
  if (!import.file.exists(place + "/location")) { return; }
  const std::vector<std::string> locations = import.file.texts(place + "/location");
  Json areas = Json::array();
  for (const Json& list : *electrodes) {
    const Json first = list.is_array() ? (list.empty() ? Json() : list[0]) : list;
    if (first.is_null()) {
      areas.push_back(Json());
      continue;
    }
    const bool known = first.is_number_integer() && first >= 0 && first < locations.size();
    if (!known) {
      throw Hdf5Error(fmt::format("{}/electrodes of unit {}", units.place, areas.size()),
                      "refers to a row that its table does not have",
                      fmt::format("0 to {}", static_cast<int64_t>(locations.size()) - 1),
                      first.dump());
    }
    areas.push_back(locations[first.get<size_t>()]);
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
  if (tables.empty()) { return; }
  for (size_t i = 1; i < tables.size(); ++i) {
    import.record.left_out.emplace_back(tables[i].place, "a second table of units");
  }
  NwbTable units = read_nwb_table(
      import.file, tables[0].place,
      {"spike_times", "spike_amplitudes", "waveforms", "waveform_mean", "waveform_sd"});
  for (const std::string& column : units.left_out) {
    import.record.left_out.emplace_back(units.place + "/" + column, "is no column of plain values");
  }
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
  if (!(spikes.first_s <= spikes.last_s)) { spikes.first_s = spikes.last_s = 0; }
  write_spikes(import, spikes);
  if (import.record.neurons > 0) { return; }
  if (is_out_of_proportion(spikes, import.request.options.bin_hz)) {
    refuse_span(import, spikes, trials);
  }
  take_areas(import, units);
  write_counts(import, spikes, units);
  write_neurons(import, units);
}

}  // namespace enigma::recordings::importer::nwb
