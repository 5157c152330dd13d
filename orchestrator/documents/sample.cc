#include "orchestrator/documents/sample.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>

namespace enigma::documents {
namespace {

using Values = std::vector<MetricValue>;
using Places = std::vector<size_t>;  ///< of values, rising

/// Of `places` from `begin` to before `end`, those of the lowest and the highest value that is
/// known; the first one where none is.
void keep_extremes(const Values& values, const Places& places, size_t begin, size_t end,
                   Places& kept) {
  const auto value = [&](size_t k) { return values[places[k]].value; };
  std::optional<size_t> low, high;
  for (size_t k = begin; k < end; ++k) {
    if (!value(k) || std::isnan(*value(k))) { continue; }
    if (!low || *value(k) < *value(*low)) { low = k; }
    if (!high || *value(k) > *value(*high)) { high = k; }
  }
  kept.push_back(places[low.value_or(begin)]);
  if (high && *high != *low) { kept.push_back(places[*high]); }
}

void keep_some(const Values& values, const Places& places, size_t points, Places& kept) {
  if (places.size() <= std::max<size_t>(points, 4)) {
    kept.insert(kept.end(), places.begin(), places.end());
    return;
  }
  const size_t inner = places.size() - 2, stretches = std::max<size_t>(points / 2, 2) - 1;
  kept.push_back(places.front());
  for (size_t k = 0; k < stretches; ++k) {
    const size_t begin = 1 + k * inner / stretches, end = 1 + (k + 1) * inner / stretches;
    if (begin < end) { keep_extremes(values, places, begin, end, kept); }
  }
  kept.push_back(places.back());
}

}  // namespace

std::vector<MetricValue> sampled(const std::vector<MetricValue>& values, size_t points) {
  std::map<std::string, Places> by_name;
  for (size_t k = 0; k < values.size(); ++k) { by_name[values[k].name].push_back(k); }
  Places kept;
  for (const auto& [name, places] : by_name) { keep_some(values, places, points, kept); }
  std::sort(kept.begin(), kept.end());
  std::vector<MetricValue> some;
  some.reserve(kept.size());
  for (const size_t k : kept) { some.push_back(values[k]); }
  return some;
}

std::vector<MetricValue> values_from(std::vector<MetricValue> values, int64_t from) {
  std::erase_if(values, [&](const MetricValue& one) { return one.step < from; });
  return values;
}

}  // namespace enigma::documents
