#include "sweeps/law/bootstrap.h"

#include "sweeps/law/parallel.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace enigma::law {

namespace {

constexpr int kMostResamples = 1'000'000;
constexpr int kOtherStarts = 9;

/// SplitMix64 (Steele, Lea & Flood 2014): one stream per (seed, resample).
struct Stream {
  uint64_t state;

  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  int below(int limit) {
    return static_cast<int>((next() >> 32) * static_cast<uint64_t>(limit) >> 32);
  }
};

Stream stream_of(uint64_t seed, size_t resample) {
  Stream mixer{seed ^ (0xd1b54a32d192ed03ULL * (resample + 1))};
  return {mixer.next()};
}

/// How often each row is drawn.
Eigen::ArrayXd draw(const Points& points, Resampling kind, Stream stream) {
  const int units =
      kind == Resampling::by_cluster ? points.clusters : static_cast<int>(points.size());
  std::vector<int> counts(static_cast<size_t>(units), 0);
  for (int k = 0; k < units; ++k) ++counts[static_cast<size_t>(stream.below(units))];
  Eigen::ArrayXd drawn(points.size());
  for (Eigen::Index i = 0; i < points.size(); ++i) {
    const auto row = static_cast<size_t>(i);
    const size_t unit =
        kind == Resampling::by_cluster ? static_cast<size_t>(points.cluster[row]) : row;
    drawn[i] = counts[unit];
  }
  return drawn;
}

Minimum refit(const Problem& problem, const Minimum& minimum, const std::vector<Vector>& others) {
  Value value;
  const Vector* other = nullptr;
  double lowest = 0;
  for (const Vector& start : others) {
    evaluate(problem, start, value);
    if (other != nullptr && !(value.objective < lowest)) continue;
    other = &start;
    lowest = value.objective;
  }
  const Effort effort{1e-6, 200};
  Minimum best = minimize(problem, minimum.coordinates, effort);
  if (other != nullptr) {
    const Minimum second = minimize(problem, *other, effort);
    if (second.objective < best.objective) best = second;
  }
  return best;
}

}  // namespace

Parsed<BootstrapPlan> parse_bootstrap(std::string_view text) {
  if (text == "none") return {.value = BootstrapPlan{Resampling::none, 0}};
  const size_t colon = text.find(':');
  const std::string_view kind = text.substr(0, colon);
  BootstrapPlan plan;
  bool good = kind == "case" || kind == "cluster";
  if (kind == "cluster") plan.kind = Resampling::by_cluster;
  if (good && colon != std::string_view::npos) {
    const std::string_view number = text.substr(colon + 1);
    const char* const end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, plan.resamples);
    good = error == std::errc{} && stop == end && plan.resamples > 1 &&
           plan.resamples <= kMostResamples;
  }
  if (good) return {.value = plan};
  return {.diagnostics = {{.message = "unknown bootstrap",
                           .expected = "case:K, cluster:K (2 <= K <= 1000000) or none",
                           .found = std::string(text),
                           .suggestion = "case:1000"}}};
}

Refits bootstrap(const Problem& problem, const std::vector<Hold>& holds, const Minimum& minimum,
                 const BootstrapPlan& plan, uint64_t seed, int threads) {
  Refits refits{.resamples = plan.resamples};
  if (plan.kind == Resampling::none) return refits;
  std::vector<Vector> others = problem.form->starts(problem.points, kOtherStarts);
  for (Vector& start : others) start = with_holds(problem, holds, start);
  std::vector<Minimum> minima(static_cast<size_t>(plan.resamples));
  in_parallel(threads, minima.size(), [&](size_t k) {
    Problem resampled = problem;
    resampled.points.weight *= draw(problem.points, plan.kind, stream_of(seed, k));
    minima[k] = refit(resampled, minimum, others);
  });
  for (const Minimum& refitted : minima) {
    if (!refitted.converged) continue;
    ++refits.converged;
    refits.values.push_back(problem.form->values(refitted.coordinates, problem.points));
  }
  return refits;
}

std::optional<double> quantile(std::vector<double> values, double probability) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const double place = probability * static_cast<double>(values.size() - 1);
  const auto low = static_cast<size_t>(place);
  const size_t high = std::min(low + 1, values.size() - 1);
  const double share = place - static_cast<double>(low);
  return values[low] + share * (values[high] - values[low]);
}

}  // namespace enigma::law
