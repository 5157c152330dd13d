#include "sweeps/law/minimize/bootstrap.h"

#include "sweeps/law/minimize/parallel.h"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

namespace enigma::law {

namespace {

constexpr int kMostResamples = 1'000'000;
/// A basin this near to the estimate is the estimate.
constexpr double kSamePlace = 1e-3;
/// A basin is tried where so many times what the rows took off the estimate would make it best.
constexpr double kReach = 3;

/// SplitMix64 (Steele, Lea & Flood 2014): one stream per (seed, resample).
struct Stream {
  uint64_t state;

  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// Standard normal by the polar method (Marsaglia & Bray 1964).
  double normal() {
    for (;;) {
      const double u = uniform(), v = uniform(), square = u * u + v * v;
      if (square > 0 && square < 1) { return u * std::sqrt(-2 * std::log(square) / square); }
    }
  }
  /// In (−1, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-52 - 1; }
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
  for (int k = 0; k < units; ++k) { ++counts[static_cast<size_t>(stream.below(units))]; }
  Eigen::ArrayXd drawn(points.size());
  for (Eigen::Index i = 0; i < points.size(); ++i) {
    const auto row = static_cast<size_t>(i);
    const size_t unit =
        kind == Resampling::by_cluster ? static_cast<size_t>(points.cluster[row]) : row;
    drawn[i] = counts[unit];
  }
  return drawn;
}

/// New losses for the same rows: `centre` + a draw from `deviations` (logs in log space), which a
/// normal kernel of `smoothing` spreads without making them wider.
struct Redraw {
  Eigen::ArrayXd centre;
  std::vector<double> deviations;
  double smoothing = 0, shrink = 1;
};

Redraw residual_redraw(const Problem& problem, const Minimum& minimum) {
  Value value;
  evaluate(problem, minimum.coordinates, value);
  const Eigen::Index n = problem.points.size();
  const double freedom = std::max(1.0, static_cast<double>(n - free_parameters(problem)));
  const Eigen::ArrayXd centred = value.residual - value.residual.mean();
  const double sd = std::sqrt(centred.square().sum() / freedom);
  Redraw redraw{.centre = problem.objective.space == Space::log
                              ? value.evaluation.prediction.log().eval()
                              : value.evaluation.prediction};
  // A robust fit goes through some rows: residuals of exactly 0 would be drawn as if noise were 0.
  redraw.smoothing = 1.06 * sd * std::pow(static_cast<double>(n), -0.2);
  redraw.shrink = sd > 0 ? 1 / std::hypot(1, redraw.smoothing / sd) : 1;
  const double inflate = std::sqrt(static_cast<double>(n) / freedom);
  for (const double r : value.residual) { redraw.deviations.push_back(-r * inflate); }
  return redraw;
}

/// Rows that are equal on every axis, as runs of different seeds are.
Redraw seed_redraw(const Problem& problem) {
  const Points& points = problem.points;
  const bool logs = problem.objective.space == Space::log;
  Redraw redraw{.centre = logs ? points.log_loss : points.loss};
  std::map<std::vector<double>, std::vector<Eigen::Index>> places;
  for (Eigen::Index i = 0; i < points.size(); ++i) {
    std::vector<double> place;
    for (const Eigen::ArrayXd& axis : points.axis) { place.push_back(axis[i]); }
    places[place].push_back(i);
  }
  for (const auto& [place, rows] : places) {
    if (rows.size() < 2) { continue; }
    const double count = static_cast<double>(rows.size());
    double mean = 0;
    for (const Eigen::Index i : rows) { mean += redraw.centre[i] / count; }
    for (const Eigen::Index i : rows) {
      redraw.deviations.push_back((redraw.centre[i] - mean) * std::sqrt(count / (count - 1)));
      redraw.centre[i] = mean;
    }
  }
  if (!redraw.deviations.empty()) { return redraw; }
  throw InputError({{.message = "--bootstrap seed needs runs that are equal on every axis",
                     .expected = "at least two rows with the same axes",
                     .found = "none",
                     .suggestion = "residual or case"}});
}

void redraw_losses(const Redraw& redraw, Stream stream, Problem& problem) {
  Points& points = problem.points;
  for (Eigen::Index i = 0; i < points.size(); ++i) {
    const int drawn = stream.below(static_cast<int>(redraw.deviations.size()));
    double deviation = redraw.deviations[static_cast<size_t>(drawn)];
    if (redraw.smoothing > 0) {
      deviation = (deviation + redraw.smoothing * stream.normal()) * redraw.shrink;
    }
    const double drawn_loss = redraw.centre[i] + deviation;
    const bool logs = problem.objective.space == Space::log;
    points.loss[i] = logs ? std::exp(drawn_loss) : drawn_loss;
    points.log_loss[i] = logs ? drawn_loss : std::log(drawn_loss);
  }
}

/// The rows that were drawn, each as often as it was: a third of a resample is no row at all.
Points drawn_rows(const Points& points, const Eigen::ArrayXd& drawn) {
  std::vector<Eigen::Index> kept;
  for (Eigen::Index i = 0; i < points.size(); ++i) {
    if (drawn[i] > 0) { kept.push_back(i); }
  }
  Points resampled = {.centre = points.centre,
                      .loss = points.loss(kept),
                      .log_loss = points.log_loss(kept),
                      .weight = points.weight(kept) * drawn(kept),
                      .weight_scale = points.weight_scale,
                      .loss_size = points.loss_size};
  for (const Eigen::ArrayXd& axis : points.axis) { resampled.axis.push_back(axis(kept)); }
  return resampled;
}

/// Where refits begin, beside the estimate.
struct Starts {
  std::vector<Vector> grid, basins;
};

Starts starts_of(const Problem& problem, const std::vector<Hold>& holds, const Minimum& minimum,
                 const std::vector<Basin>& basins, const BootstrapPlan& plan) {
  Starts starts{problem.form->starts(problem.points, plan.other_starts), {}};
  for (Vector& start : starts.grid) { start = with_holds(problem, holds, start); }
  for (const Basin& basin : basins) {
    if (!basin.values.allFinite()) { continue; }
    const Vector start = problem.form->coordinates(basin.values, problem.points);
    if ((start - minimum.coordinates).cwiseAbs().maxCoeff() < kSamePlace) { continue; }
    starts.basins.push_back(with_holds(problem, holds, start));
  }
  return starts;
}

/// The start with the lowest objective; nothing of none.
const Vector* lowest_of(const Problem& problem, const std::vector<Vector>& starts, Value& value) {
  const Vector* best = nullptr;
  double lowest = 0;
  for (const Vector& start : starts) {
    evaluate(problem, start, value);
    if (best != nullptr && !(value.objective < lowest)) { continue; }
    best = &start;
    lowest = value.objective;
  }
  return best;
}

Minimum refit(const Problem& problem, const Minimum& minimum, const Starts& starts) {
  const Effort effort{1e-6, 200};
  Value value;
  evaluate(problem, minimum.coordinates, value);
  Minimum best = minimize(problem, minimum.coordinates, effort);
  const auto try_from = [&](const Vector& start) {
    const Minimum other = minimize(problem, start, effort);
    if (other.objective < best.objective) { best = other; }
  };
  // What the new rows took off the estimate they may take off another basin's floor, or a few
  // times that: a basin still above is no rival.
  const double reach = kReach * std::max(value.objective - best.objective, 0.0);
  if (const Vector* const other = lowest_of(problem, starts.grid, value)) { try_from(*other); }
  for (const Vector& basin : starts.basins) {
    evaluate(problem, basin, value);
    if (value.objective - reach < best.objective) { try_from(basin); }
  }
  return settled(problem, best);
}

/// The share of |ψ| that residuals beyond the corner of the objective contribute; 0 of a smooth
/// one.
double share_beyond_corner(const Problem& problem, const Minimum& minimum) {
  const Objective& objective = problem.objective;
  if (objective.kind != ObjectiveKind::huber && objective.kind != ObjectiveKind::l1) { return 0; }
  Value value;
  evaluate(problem, minimum.coordinates, value);
  double beyond = 0;
  for (Eigen::Index i = 0; i < problem.points.size(); ++i) {
    if (std::abs(value.residual[i]) > objective.delta) { beyond += problem.points.weight[i]; }
  }
  return beyond / problem.points.weight.sum();
}

constexpr std::pair<std::string_view, Resampling> kKinds[] = {{"none", Resampling::none},
                                                              {"case", Resampling::by_case},
                                                              {"cluster", Resampling::by_cluster},
                                                              {"residual", Resampling::residual},
                                                              {"seed", Resampling::seed}};

}  // namespace

std::string name_of(Resampling kind) {
  for (const auto& [name, known] : kKinds) {
    if (known == kind) { return std::string(name); }
  }
  return "";
}

Parsed<BootstrapPlan> parse_bootstrap(std::string_view text) {
  if (text == "none") { return {.value = BootstrapPlan{Resampling::none, 0}}; }
  const size_t colon = text.find(':');
  BootstrapPlan plan{.kind = Resampling::none};
  for (const auto& [name, kind] : kKinds) {
    if (text.substr(0, colon) == name) { plan.kind = kind; }
  }
  bool good = plan.kind != Resampling::none;
  if (good && colon != std::string_view::npos) {
    const std::string_view number = text.substr(colon + 1);
    const char* const end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, plan.resamples);
    good = error == std::errc{} && stop == end && plan.resamples > 1 &&
           plan.resamples <= kMostResamples;
  }
  if (good) { return {.value = plan}; }
  return {.diagnostics = {{.message = "unknown bootstrap",
                           .expected = "case:K, cluster:K, residual:K, seed:K "
                                       "(2 <= K <= 1000000) or none",
                           .found = std::string(text),
                           .suggestion = "case:1000"}}};
}

Refits bootstrap(const Problem& problem, const std::vector<Hold>& holds, const Minimum& minimum,
                 const std::vector<Basin>& basins, const BootstrapPlan& plan, uint64_t seed,
                 int threads) {
  Refits refits{.resamples = plan.resamples};
  if (plan.kind == Resampling::none) { return refits; }
  const Starts starts = starts_of(problem, holds, minimum, basins, plan);
  const bool rows = plan.kind == Resampling::by_case || plan.kind == Resampling::by_cluster;
  Redraw redraw;
  if (plan.kind == Resampling::residual) { redraw = residual_redraw(problem, minimum); }
  if (plan.kind == Resampling::seed) { redraw = seed_redraw(problem); }
  std::vector<Minimum> minima(static_cast<size_t>(plan.resamples));
  in_parallel(threads, minima.size(), [&](size_t k) {
    Problem resampled{.form = problem.form, .objective = problem.objective, .held = problem.held};
    if (rows) {
      resampled.points =
          drawn_rows(problem.points, draw(problem.points, plan.kind, stream_of(seed, k)));
    } else {
      resampled.points = problem.points;
      redraw_losses(redraw, stream_of(seed, k), resampled);
    }
    minima[k] = refit(resampled, minimum, starts);
  });
  for (const Minimum& refitted : minima) {
    if (!refitted.converged) { continue; }
    ++refits.converged;
    refits.values.push_back(problem.form->values(refitted.coordinates, problem.points));
  }
  return refits;
}

double tail_probability(const Problem& problem, const Minimum& minimum, Resampling kind,
                        double level) {
  if (kind == Resampling::none || kind == Resampling::seed) { return (1 - level) / 2; }
  const boost::math::normal normal;
  const double units = kind == Resampling::by_cluster ? problem.points.clusters
                                                      : static_cast<double>(problem.points.size());
  const double parameters = free_parameters(problem), freedom = std::max(1.0, units - parameters);
  double reach = boost::math::quantile(boost::math::students_t(freedom), (1 + level) / 2);
  if (kind == Resampling::residual) {
    reach *= std::sqrt(units / freedom);
  } else {
    reach *= units / freedom;
    reach /= 1 + 3 * parameters / units * share_beyond_corner(problem, minimum);
  }
  return boost::math::cdf(normal, -reach);
}

std::optional<double> quantile(std::vector<double> values, double probability) {
  if (values.empty()) { return std::nullopt; }
  std::sort(values.begin(), values.end());
  const double place = probability * static_cast<double>(values.size() - 1);
  const auto low = static_cast<size_t>(place);
  const size_t high = std::min(low + 1, values.size() - 1);
  const double share = place - static_cast<double>(low);
  // Equal ends have no middle that rounding could move: infinities stay what they are.
  return values[low] == values[high] ? values[low]
                                     : values[low] + share * (values[high] - values[low]);
}

}  // namespace enigma::law
