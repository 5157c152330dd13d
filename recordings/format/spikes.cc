#include "recordings/format/spikes.h"

#include "recordings/format/document.h"
#include "recordings/format/npy.h"
#include "recordings/format/problem.h"

#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace enigma::recordings {
namespace {

using Diagnostics = std::vector<Diagnostic>;

double time_at(const Spikes& spikes, int64_t index) {
  return number_at(spikes.data, spikes.type, static_cast<size_t>(index));
}

void take_offsets(Spikes& spikes, const nlohmann::json& meta, const std::filesystem::path& file,
                  Diagnostics& diagnostics) {
  const nlohmann::json list =
      meta.is_object() ? meta.value("spike_indices", nlohmann::json()) : nlohmann::json();
  bool good = list.is_array() && !list.empty();
  for (size_t i = 0; good && i < list.size(); ++i) {
    good = list[i].is_number_integer() && list[i].get<int64_t>() >= 0 &&
           (i == 0 || list[i].get<int64_t>() >= spikes.offsets.back());
    if (good) { spikes.offsets.push_back(list[i].get<int64_t>()); }
  }
  if (!good) {
    diagnostics.push_back(problem_in(file, "/spike_indices", "offsets of the units cannot be read",
                                     "rising integers, one more than there are units",
                                     shown(list)));
  }
}

// The numbers that the file holds, or nothing where it cannot be opened.
std::optional<int64_t> take_memory(Spikes& spikes, const std::filesystem::path& folder,
                                   Fields& fields, Diagnostics& diagnostics) {
  const std::string name = fields.text_or("dtype", "float64");
  const std::optional<NumberType> type = type_of_name(name);
  if (!type) {
    diagnostics.push_back(problem_in(folder / "meta.yml", "/dtype", "number type is not known",
                                     "a numpy number type", name));
    return std::nullopt;
  }
  try {
    spikes.mapping = MappedFile(folder / "spikes.mem");
  } catch (const std::system_error& error) {
    diagnostics.push_back(unopened(folder / "spikes.mem", "spike times", error.code().message()));
    return std::nullopt;
  }
  spikes.type = *type;
  spikes.data = spikes.mapping.bytes().data();
  return static_cast<int64_t>(spikes.mapping.bytes().size() / bytes_of(*type));
}

std::optional<int64_t> take_array(Spikes& spikes, const std::filesystem::path& path,
                                  Diagnostics& diagnostics) {
  Parsed<NpyArray> array = open_npy(path);
  diagnostics.insert(diagnostics.end(), array.diagnostics.begin(), array.diagnostics.end());
  if (!array.ok()) { return std::nullopt; }
  if (array.value->shape.size() != 1) {
    diagnostics.push_back(problem_in(path, "shape", "not a list of spike times", "one axis",
                                     std::to_string(array.value->shape.size()) + " axes"));
    return std::nullopt;
  }
  spikes.type = array.value->type;
  spikes.data = array.value->data;
  spikes.mapping = std::move(array.value->mapping);
  return array.value->elements;
}

void check_rising(const Spikes& spikes, const std::filesystem::path& file,
                  Diagnostics& diagnostics) {
  for (int64_t unit = 0; unit < spikes.units(); ++unit) {
    const auto u = static_cast<size_t>(unit);
    for (int64_t i = spikes.offsets[u]; i < spikes.offsets[u + 1]; ++i) {
      const double t_s = time_at(spikes, i);
      if (t_s == t_s && (i == spikes.offsets[u] || t_s >= time_at(spikes, i - 1))) { continue; }
      diagnostics.push_back(problem_in(
          file, "unit " + std::to_string(unit), "spike times must rise within a unit",
          "a time not before the one before it", std::to_string(t_s) + " at " + std::to_string(i)));
      return;
    }
  }
}

int64_t spikes_before(const Spikes& spikes, int64_t unit, double t_s) {
  int64_t low = spikes.offsets[static_cast<size_t>(unit)];
  int64_t high = spikes.offsets[static_cast<size_t>(unit) + 1];
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (time_at(spikes, middle) < t_s) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

Parsed<Spikes> open_spikes(const std::filesystem::path& folder, const nlohmann::json& meta) {
  Parsed<Spikes> parsed;
  Spikes spikes;
  const std::filesystem::path file = folder / "meta.yml";
  Fields fields(meta, file, "", parsed.diagnostics);
  spikes.start_s = fields.number("start_time");
  spikes.end_s = fields.number("end_time");
  take_offsets(spikes, meta, file, parsed.diagnostics);
  const bool in_memory_file = fields.flag_or("is_mem_mapped", false);
  const std::filesystem::path data = folder / (in_memory_file ? "spikes.mem" : "spikes.npy");
  const std::optional<int64_t> have = in_memory_file
                                          ? take_memory(spikes, folder, fields, parsed.diagnostics)
                                          : take_array(spikes, data, parsed.diagnostics);
  if (has_errors(parsed.diagnostics) || !have) { return parsed; }
  if (fields.has("n_signals") && fields.count("n_signals") != spikes.units()) {
    parsed.diagnostics.push_back(problem_in(file, "/n_signals", "is not the number of units",
                                            std::to_string(spikes.units()) + " by spike_indices",
                                            shown(meta["n_signals"])));
  }
  if (spikes.offsets.back() > *have) {
    parsed.diagnostics.push_back(problem_in(data, "data", "file is truncated",
                                            std::to_string(spikes.offsets.back()) + " spike times",
                                            std::to_string(*have)));
  }
  if (!has_errors(parsed.diagnostics)) { check_rising(spikes, data, parsed.diagnostics); }
  if (!has_errors(parsed.diagnostics)) { parsed.value = std::move(spikes); }
  return parsed;
}

int64_t count_spikes(const Spikes& spikes, int64_t unit, double from_s, double to_s) {
  return spikes_before(spikes, unit, to_s) - spikes_before(spikes, unit, from_s);
}

}  // namespace enigma::recordings
