#include "recordings/import/nwb/nwb_observed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace enigma::recordings::importer::nwb {
namespace {

using Json = nlohmann::ordered_json;

double number_in(const Json& value) {
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

TimeSpan checked(const TimeSpan& span, const std::string& place) {
  if (span.from_s <= span.to_s) { return span; }
  throw Hdf5Error(place, "is no stretch of time", "a start, and a stop that is not before it",
                  fmt::format("{} s to {} s", span.from_s, span.to_s));
}

// [start, stop] of each row: ragged lists of pairs, or one pair a unit.
std::vector<TimeSpan> spans_in(const Json& entry, const std::string& place) {
  const bool is_pair = entry.is_array() && !entry.empty() && !entry[0].is_array();
  const Json pairs = is_pair ? Json::array({entry}) : entry;
  std::vector<TimeSpan> spans;
  for (const Json& pair : pairs) {
    if (!pair.is_array() || pair.size() != 2) {
      throw Hdf5Error(place, "is no stretch of time", "a start and a stop", pair.dump());
    }
    spans.push_back(checked({number_in(pair[0]), number_in(pair[1])}, place));
  }
  return spans;
}

}  // namespace

std::vector<TimeSpan> invalid_times_of(const std::vector<NwbTrial>& trials) {
  std::vector<TimeSpan> spans;
  for (const NwbTrial& trial : trials) {
    if (trial.table == "invalid_times") {
      spans.push_back(
          checked({trial.start_s, trial.stop_s}, fmt::format("{}[{}]", trial.place, trial.row)));
    }
  }
  return joined(std::move(spans));
}

std::vector<std::optional<std::vector<TimeSpan>>> observed_times_of(const NwbTable& units) {
  std::vector<std::optional<std::vector<TimeSpan>>> observed(static_cast<size_t>(units.rows));
  const std::string place = units.place + "/obs_intervals";
  if (std::find(units.left_out.begin(), units.left_out.end(), "obs_intervals") !=
      units.left_out.end()) {
    throw Hdf5Error(place, "cannot be read", "a start and a stop a row, up to 2 million rows");
  }
  const Json* column = units.column("obs_intervals");
  if (column == nullptr) { return observed; }
  for (size_t unit = 0; unit < observed.size(); ++unit) {
    const auto spans = spans_in((*column)[unit], fmt::format("{}[{}]", place, unit));
    if (!spans.empty()) { observed[unit] = joined(spans); }
  }
  return observed;
}

}  // namespace enigma::recordings::importer::nwb
