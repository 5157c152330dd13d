#include "orchestrator/submit/nearest_size.h"

#include <algorithm>
#include <cstdint>

namespace enigma {

namespace {

using Json = nlohmann::ordered_json;

/// Depths tried about the sweep's own proportion of width to layers.
constexpr double kProportion = 2;
constexpr int kRounds = 4;
constexpr int64_t kLayersMax = 96;

/// What a search needs.
struct Search {
  double n;
  const SizeMeasure& measure;
  std::vector<Diagnostic>& why;

  /// The size with its parameters; infinitely far off where it cannot be planned.
  BuiltSize tried(const Json& size) const {
    const auto parameters = measure(size);
    if (!parameters.ok()) {
      why = parameters.diagnostics;
      return {.size = size};
    }
    return {size, *parameters.value, std::abs(std::log(*parameters.value / n))};
  }
};

/// Width for `layers` by parameters ~ layers·width², corrected from what each trial turns out to
/// be.
BuiltSize of_depth(const Search& search, const BuiltSize& known, int64_t layers,
                   int64_t head_width) {
  BuiltSize best, last = known;
  for (int round = 0; round < kRounds; ++round) {
    const double scale = search.n / last.parameters * last.size["layers"].get<double>() /
                         static_cast<double>(layers);
    const double wanted = last.size["width"].get<double>() * std::sqrt(scale);
    const int64_t heads =
        std::max<int64_t>(1, std::llround(wanted / static_cast<double>(head_width)));
    const int64_t step = 2 * heads;
    const int64_t width =
        std::max<int64_t>(step, std::llround(wanted / static_cast<double>(step)) * step);
    const Json size = {{"width", width}, {"layers", layers}, {"heads", heads}};
    if (size == last.size) { break; }
    last = search.tried(size);
    if (!std::isfinite(last.off)) { break; }
    if (last.off < best.off) { best = last; }
  }
  return best;
}

BuiltSize nearest_built(const Search& search, const Json& sizes) {
  BuiltSize known, best;
  for (const Json& size : sizes) {
    if (!size.is_object()) { continue; }
    const BuiltSize one = search.tried(size);
    if (one.off < known.off) { known = one; }
  }
  if (!std::isfinite(known.off)) { return best; }
  best = known;
  const double layers = known.size["layers"];
  const int64_t head_width =
      std::max<int64_t>(2, known.size["width"].get<int64_t>() / known.size["heads"].get<int64_t>());
  // At one proportion of width to layers, parameters grow as the cube of either.
  const double grown = std::cbrt(search.n / known.parameters);
  for (const double proportion : {1.0 / kProportion, 1.0, kProportion}) {
    const auto depth = static_cast<int64_t>(
        std::clamp<double>(std::round(layers * grown * proportion), 1, kLayersMax));
    const BuiltSize one = of_depth(search, known, depth, head_width);
    // A proportion like the sweep's is worth a small difference in size.
    if (one.off + (proportion == 1 ? 0 : 0.05) < best.off) { best = one; }
  }
  return best;
}

}  // namespace

Json sizes_of(const Json& spec) {
  if (spec.contains("axes") && spec["axes"].contains("model.size")) {
    return spec["axes"]["model.size"];
  }
  const Json::json_pointer place("/defaults/model/size");
  return Json::array({spec.contains(place) ? spec.at(place) : Json("1M")});
}

BuiltSize nearest_size(const Json& like, const std::vector<std::string>& published, double n,
                       const SizeMeasure& measure, std::vector<Diagnostic>& why) {
  const Search search{n, measure, why};
  if (!std::ranges::all_of(like, [](const Json& size) { return size.is_string(); })) {
    return nearest_built(search, like);
  }
  BuiltSize best;
  for (const std::string& name : published) {
    const BuiltSize one = search.tried(name);
    if (one.off < best.off) { best = one; }
  }
  return best;
}

}  // namespace enigma
