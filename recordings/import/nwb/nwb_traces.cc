#include "recordings/import/nwb/nwb_traces.h"

#include "recordings/format/problem.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

namespace enigma::recordings::importer::nwb {
namespace {

constexpr std::array<const char*, 6> kWords = {"deconvolved", "dff",      "denoised",
                                               "raw",         "neuropil", "baseline"};

// A row of a segmentation's table.
using Neuron = std::pair<Hdf5Address, int64_t>;

struct Trace {
  NwbObject series;
  TraceKind kind;
  std::set<Neuron> neurons;  ///< empty = the file does not say
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool says(const std::string& text, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const char* word) { return text.find(word) != std::string::npos; });
}

std::optional<TraceKind> kind_in(const std::string& name) {
  const std::string text = lower(name);
  const bool corrected = says(text, {"correct", "subtract"});  // for neuropil, by the baseline
  if (!corrected && says(text, {"neuropil"})) { return TraceKind::neuropil; }
  if (says(text, {"deconv", "spike", "event"})) { return TraceKind::deconvolved; }
  if (says(text, {"dff", "dfoverf", "df_over_f", "df/f", "deltaf"})) { return TraceKind::dff; }
  if (says(text, {"denoised"})) { return TraceKind::denoised; }
  if (!corrected && says(text, {"baseline"})) { return TraceKind::baseline; }
  return says(text, {"raw"}) ? std::optional(TraceKind::raw) : std::nullopt;
}

std::string name_in(const std::string& place) {
  return place.substr(place.rfind('/') + 1);
}

TraceKind kind_of(const NwbImport& import, const NwbObject& series) {
  if (const auto kind = kind_in(series.name())) { return *kind; }
  if (const auto kind = kind_in(name_in(series.parent()))) { return *kind; }
  return import.container_type(series) == "DfOverF" ? TraceKind::dff : TraceKind::raw;
}

std::set<Neuron> neurons_of(const Hdf5File& file, const std::string& rois) {
  std::set<Neuron> neurons;
  if (!file.exists(rois)) { return neurons; }
  const std::string table = file.reference_attribute(rois, "table");
  if (table.empty()) { return neurons; }
  const Hdf5Address address = file.address(table);
  for (const int64_t row : file.integers(rois)) { neurons.emplace(address, row); }
  return neurons;
}

bool meet(const std::set<Neuron>& a, const std::set<Neuron>& b) {
  return std::any_of(a.begin(), a.end(), [&](const Neuron& neuron) { return b.contains(neuron); });
}

// "RoiResponseSeries2" before "RoiResponseSeries10".
std::pair<std::string, int64_t> natural(const std::string& name) {
  const size_t digits = name.find_last_not_of("0123456789") + 1;
  const std::string number = name.substr(digits);
  return {name.substr(0, digits), number.empty() || number.size() > 15 ? 0 : std::stoll(number)};
}

struct Set {
  NwbTraceSet set;
  std::vector<Trace> traces;
  std::set<Neuron> neurons;
};

// One set a kind; a series that has neurons of the set already begins another.
void add(std::vector<Set>& sets, const std::string& container, Trace trace) {
  auto found = std::find_if(sets.begin(), sets.end(), [&](const Set& s) {
    return s.set.kind == trace.kind && !meet(s.neurons, trace.neurons);
  });
  if (found == sets.end()) {
    found = sets.insert(sets.end(), Set{{container, trace.kind, {}}, {}, {}});
  }
  found->neurons.insert(trace.neurons.begin(), trace.neurons.end());
  found->traces.push_back(std::move(trace));
}

std::vector<Set> sets_of(const NwbImport& import) {
  std::map<std::string, std::vector<NwbObject>> containers;
  for (const NwbObject& series : import.of_types({"RoiResponseSeries"})) {
    containers[series.parent()].push_back(series);
  }
  std::vector<Set> sets;
  for (auto& [place, fields] : containers) {
    std::sort(fields.begin(), fields.end(), [](const NwbObject& a, const NwbObject& b) {
      return natural(a.name()) < natural(b.name());
    });
    std::vector<Set> own;
    for (const NwbObject& series : fields) {
      add(own, place,
          {series, kind_of(import, series), neurons_of(import.file, series.place + "/rois")});
    }
    std::move(own.begin(), own.end(), std::back_inserter(sets));
  }
  return sets;
}

bool is_named(const Set& set, const std::string& name) {
  return lower(name) == kWords[static_cast<size_t>(set.set.kind)] ||
         name == name_in(set.set.container) ||
         std::any_of(set.traces.begin(), set.traces.end(),
                     [&](const Trace& trace) { return trace.series.name() == name; });
}

[[noreturn]] void refuse_name(const NwbImport& import, const std::vector<Set>& sets) {
  std::vector<std::string> names;
  for (const Set& set : sets) {
    for (const Trace& trace : set.traces) {
      names.push_back(
          fmt::format("{} ({})", trace.series.name(), kWords[static_cast<size_t>(set.set.kind)]));
    }
  }
  Diagnostic d = problem_in(
      import.request.source, "--trace", "names no trace of the file",
      names.empty() ? "a file with fluorescence" : fmt::format("one of {}", fmt::join(names, ", ")),
      import.request.options.trace);
  throw InputError({d});
}

void sort_by_preference(const NwbImport& import, std::vector<Set>& sets) {
  const std::string& wish = import.request.options.trace;
  const auto wished = [&](const Set& set) { return !wish.empty() && is_named(set, wish); };
  if (!wish.empty() && std::none_of(sets.begin(), sets.end(), wished)) {
    refuse_name(import, sets);
  }
  std::stable_sort(sets.begin(), sets.end(), [&](const Set& a, const Set& b) {
    return std::pair(!wished(a), a.set.kind) < std::pair(!wished(b), b.set.kind);
  });
}

}  // namespace

std::string quantity_of(TraceKind kind) {
  static constexpr std::array<const char*, 6> quantities = {
      "deconvolved activity",  "dF/F",
      "denoised fluorescence", "raw fluorescence",
      "neuropil fluorescence", "baseline fluorescence"};
  return quantities[static_cast<size_t>(kind)];
}

std::vector<NwbTraceSet> nwb_trace_sets(NwbImport& import) {
  std::vector<Set> sets = sets_of(import);
  sort_by_preference(import, sets);
  std::vector<NwbTraceSet> taken;
  std::map<Neuron, const NwbObject*> taken_from;
  for (Set& set : sets) {
    std::vector<const Trace*> kept;
    for (const Trace& trace : set.traces) {
      const auto same = std::find_if(trace.neurons.begin(), trace.neurons.end(),
                                     [&](const Neuron& n) { return taken_from.contains(n); });
      if (same == trace.neurons.end()) {
        kept.push_back(&trace);
      } else {
        import.record.left_out.emplace_back(
            trace.series.place,
            fmt::format("{} of neurons of {} (--trace {} takes it instead)",
                        quantity_of(trace.kind), taken_from.at(*same)->place, trace.series.name()));
      }
    }
    for (const Trace* trace : kept) {
      set.set.fields.push_back(trace->series);
      for (const Neuron& neuron : trace->neurons) { taken_from.emplace(neuron, &trace->series); }
    }
    if (!kept.empty()) { taken.push_back(set.set); }
  }
  return taken;
}

}  // namespace enigma::recordings::importer::nwb
