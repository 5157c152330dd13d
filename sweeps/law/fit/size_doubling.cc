#include "sweeps/law/fit/size_doubling.h"

#include "sweeps/law/form/size_step.h"
#include "sweeps/law/minimize/bootstrap.h"
#include "sweeps/law/minimize/profile.h"

#include <Eigen/QR>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace enigma::law {

namespace {

constexpr int kStarts = 32;
constexpr double kSameBudget = 1.1;
/// Seeds must leave so many degrees of freedom before their spread is believed.
constexpr int kSeedFreedom = 3;
/// A loss moves where a law, or a plain slope, beats one constant by so many allowed rises: five
/// parameters find something in most noise, and this in less than one table of a hundred.
constexpr double kBeyondChance = 4;

double budget_of(const Row& row) {
  return std::isfinite(row.c) && row.c > 0 ? row.c : 6 * row.n * row.d;
}

const Row& place_of(const std::vector<Row>& rows) {
  double most = 0;
  for (const Row& row : rows) { most = std::max(most, budget_of(row)); }
  const Row* place = nullptr;
  for (const Row& row : rows) {
    if (budget_of(row) * kSameBudget < most) { continue; }
    if (place == nullptr || std::pair(row.n, row.d) > std::pair(place->n, place->d)) {
      place = &row;
    }
  }
  return *place;
}

/// The points of some rows, in the weights of all.
Points part_of(const Points& all, const std::vector<Eigen::Index>& kept) {
  Points part = all;
  part.loss = all.loss(kept);
  part.log_loss = all.log_loss(kept);
  part.weight = all.weight(kept);
  std::map<int, int> numbers;
  part.cluster.clear();
  for (const Eigen::Index i : kept) {
    const int cluster = all.cluster[static_cast<size_t>(i)];
    part.cluster.push_back(
        numbers.try_emplace(cluster, static_cast<int>(numbers.size())).first->second);
  }
  part.clusters = static_cast<int>(numbers.size());
  return part;
}

const Eigen::ArrayXd& observed(const Problem& problem) {
  return problem.objective.space == Space::log ? problem.points.log_loss : problem.points.loss;
}

/// How runs that are equal on both axes differ; nothing where they are too few.
std::optional<Spread> seed_spread(const Problem& problem, double student_width) {
  const Points& points = problem.points;
  std::map<std::pair<double, double>, std::vector<Eigen::Index>> places;
  for (Eigen::Index i = 0; i < points.size(); ++i) {
    places[{points.axis[0][i], points.axis[1][i]}].push_back(i);
  }
  std::vector<Eigen::Index> kept;
  std::vector<double> deviations;
  int means = 0;
  for (const auto& [place, rows] : places) {
    if (rows.size() < 2) { continue; }
    ++means;
    const double mean = observed(problem)(rows).mean();
    for (const Eigen::Index i : rows) {
      kept.push_back(i);
      deviations.push_back(mean - observed(problem)[i]);
    }
  }
  Problem seeds = problem;
  seeds.points = part_of(points, kept);
  if (seeds.points.clusters - means < kSeedFreedom) { return std::nullopt; }
  const Eigen::Map<const Eigen::ArrayXd> residual(deviations.data(),
                                                  static_cast<Eigen::Index>(deviations.size()));
  return spread_of(seeds, residual, means, student_width);
}

/// Residuals of a straight line in log N and log D: what describes a loss that rises.
Eigen::ArrayXd straight_residuals(const Problem& problem) {
  const Points& points = problem.points;
  Eigen::MatrixXd columns(points.size(), 3);
  columns.col(0).setOnes();
  columns.col(1) = points.axis[0].matrix();
  columns.col(2) = points.axis[1].matrix();
  const Eigen::ArrayXd root = points.weight.sqrt();
  const Eigen::MatrixXd weighted = root.matrix().asDiagonal() * columns;
  const Eigen::VectorXd right = (root * observed(problem)).matrix();
  const Eigen::VectorXd line = weighted.completeOrthogonalDecomposition().solve(right);
  return (columns * line).array() - observed(problem);
}

double objective_of(const Problem& problem, const Eigen::ArrayXd& residual, double width) {
  double sum = 0;
  for (Eigen::Index i = 0; i < residual.size(); ++i) {
    sum += problem.points.weight[i] * rho(problem.objective, residual[i], width);
  }
  return sum;
}

/// The lower of the mean's and the median's.
double objective_of_constant(const Problem& problem, double width) {
  const Eigen::ArrayXd& seen = observed(problem);
  const double mean = (problem.points.weight * seen).sum() / problem.points.weight.sum();
  const double median = *quantile({seen.data(), seen.data() + seen.size()}, 0.5);
  return std::min(objective_of(problem, mean - seen, width),
                  objective_of(problem, median - seen, width));
}

/// What the rows say of their noise and of one constant.
struct Noise {
  double rise = 0;  ///< of the objective, at the level
  int seed_freedom = 0;
  bool loss_moves = false;
};

Noise noise_of(const Problem& problem, const Minimum& minimum, double level) {
  Value value;
  evaluate(problem, minimum.coordinates, value);
  const Eigen::ArrayXd straight = straight_residuals(problem);
  const double law = objective_of(problem, value.residual, value.width);
  const double line = objective_of(problem, straight, value.width);
  const double constant = objective_of_constant(problem, value.width);
  Spread spread =
      line < law ? spread_of(problem, straight, 3, value.width) : spread_of(problem, value);
  Noise noise;
  if (const auto seeds = seed_spread(problem, value.width)) {
    spread = *seeds;
    noise.seed_freedom = static_cast<int>(spread.freedom);
  }
  noise.rise = allowed_rise(spread, level);
  noise.loss_moves = constant > std::min(law, line) + kBeyondChance * noise.rise;
  return noise;
}

/// The lowest of an estimate and what its own profile finds below it.
std::pair<Minimum, ProfileInterval> profiled(const Problem& problem, Minimum minimum, double rise) {
  for (int round = 0;; ++round) {
    const ProfileInterval interval = profile(problem, {}, minimum, kSizeStep, rise);
    if (!interval.better || round == 3) { return {minimum, interval}; }
    minimum = minimize(problem, interval.better->coordinates, {1e-11, 2000});
  }
}

std::string percent(double share) {
  // Below a millionth of the loss it is rounding, not a change.
  return fmt::format("{:.2g}", std::abs(share) < 1e-6 ? 0.0 : 100 * share);
}

}  // namespace

std::optional<SizeDoubling> size_doubling(const std::vector<Row>& rows, const Objective& objective,
                                          double level, int threads) {
  const auto form = size_step_form();
  const auto known = [&](const Row& row) {
    return row.n > 0 && row.d > 0 && std::isfinite(row.n * row.d) &&
           (objective.space == Space::linear || row.loss > 0);
  };
  if (rows.size() <= form->parameters.size() || !std::all_of(rows.begin(), rows.end(), known)) {
    return std::nullopt;
  }
  const Row& place = place_of(rows);
  Problem problem = make_problem(*form, rows, form->axes, objective, {});
  problem.points = recentred(std::move(problem.points), 0, -std::log(place.n));
  const Minimum start = estimate(problem, {}, kStarts, threads).minimum;
  const Noise noise = noise_of(problem, start, level);
  const auto [minimum, interval] = profiled(problem, start, noise.rise);
  const Vector values = form->values(minimum.coordinates, problem.points);
  const double term = values[2] * std::pow(place.d, -values[4]);
  const double share = -std::expm1(-values[3] * std::log(2.0));
  const double loss = values[0] + values[kSizeStep] / share + term;
  SizeDoubling doubling{.n = place.n,
                        .d = place.d,
                        .change = -values[kSizeStep] / loss,
                        .seed_freedom = noise.seed_freedom,
                        .loss_moves = noise.loss_moves};
  if (interval.high) { doubling.low = -*interval.high / loss; }
  doubling.high = interval.low ? -*interval.low / loss : 0;
  return doubling;
}

bool excludes_improvement(const SizeDoubling& doubling, double material) {
  return doubling.loss_moves && doubling.low && *doubling.low > -material;
}

std::string in_words(const SizeDoubling& doubling, double level) {
  const std::string noise = doubling.seed_freedom > 0 ? "noise from seeds" : "noise from residuals";
  if (!doubling.low) {
    return fmt::format("changes the loss by an amount that the rows do not bound ({})", noise);
  }
  return fmt::format("changes the loss by {} % ({:g} % interval {} to {} %, {})",
                     percent(doubling.change), 100 * level, percent(*doubling.low),
                     percent(*doubling.high), noise);
}

}  // namespace enigma::law
