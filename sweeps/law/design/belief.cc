#include "sweeps/law/design/belief.h"

#include <Eigen/Eigenvalues>

#include <cmath>

namespace enigma::law {

namespace {

/// Variance of a run's residual as this basin expects it: its own noise and what it does not know.
double variance_of(const Beliefs& beliefs, const Outlook& outlook, size_t basin,
                   Eigen::Index candidate) {
  const auto slope = beliefs.basins[basin].slopes.row(candidate);
  const double known = slope * outlook.covariance[basin] * slope.transpose();
  return beliefs.noise * beliefs.noise + known;
}

/// Shares of the basins where `truth` is the true one and the runs have told of it.
Eigen::ArrayXd shares_told(const Beliefs& beliefs, const Outlook& outlook, Eigen::Index truth) {
  const auto count = static_cast<Eigen::Index>(beliefs.basins.size());
  Eigen::ArrayXd logs(count);
  for (Eigen::Index k = 0; k < count; ++k) {
    logs[k] = std::log(beliefs.basins[static_cast<size_t>(k)].share) + outlook.told(truth, k);
  }
  const Eigen::ArrayXd shares = (logs - logs.maxCoeff()).exp();
  return shares / shares.sum();
}

/// Of the quantities asked for, what each basin leaves open, summed.
Eigen::ArrayXd variance_within(const Beliefs& beliefs, const Outlook& outlook) {
  Eigen::ArrayXd within(static_cast<Eigen::Index>(beliefs.basins.size()));
  for (size_t k = 0; k < beliefs.basins.size(); ++k) {
    const Eigen::MatrixXd& slopes = beliefs.basins[k].asked_slopes;
    within[static_cast<Eigen::Index>(k)] =
        (slopes * outlook.covariance[k]).cwiseProduct(slopes).sum();
  }
  return within;
}

/// How far apart the basins are in the quantities asked for, weighted by `shares`.
double variance_between(const Beliefs& beliefs, const Eigen::ArrayXd& shares) {
  Eigen::ArrayXd mean = Eigen::ArrayXd::Zero(beliefs.basins.front().asked.size());
  for (size_t k = 0; k < beliefs.basins.size(); ++k) {
    mean += shares[static_cast<Eigen::Index>(k)] * beliefs.basins[k].asked;
  }
  double variance = 0;
  for (size_t k = 0; k < beliefs.basins.size(); ++k) {
    const double apart = (beliefs.basins[k].asked - mean).square().sum();
    variance += shares[static_cast<Eigen::Index>(k)] * apart;
  }
  return variance;
}

double variance_asked(const Beliefs& beliefs, const Outlook& outlook) {
  const Eigen::ArrayXd within = variance_within(beliefs, outlook);
  double sum = 0;
  for (size_t j = 0; j < beliefs.basins.size(); ++j) {
    const Eigen::ArrayXd shares = shares_told(beliefs, outlook, static_cast<Eigen::Index>(j));
    const double variance = (shares * within).sum() + variance_between(beliefs, shares);
    sum += beliefs.basins[j].share * variance;
  }
  return sum;
}

/// Coordinates that are held have no variance and count for nothing.
double log_volume(const Square& covariance) {
  const Eigen::SelfAdjointEigenSolver<Square> solver(covariance, Eigen::EigenvaluesOnly);
  double log = 0;
  for (const double value : solver.eigenvalues()) {
    if (value > 1e-14) { log += std::log(value); }
  }
  return log;
}

}  // namespace

Outlook outlook_of(const Beliefs& beliefs) {
  Outlook outlook;
  for (const Belief& basin : beliefs.basins) { outlook.covariance.push_back(basin.covariance); }
  const auto count = static_cast<Eigen::Index>(beliefs.basins.size());
  outlook.told = Eigen::MatrixXd::Zero(count, count);
  return outlook;
}

void take(const Beliefs& beliefs, Eigen::Index candidate, Outlook& outlook) {
  const size_t count = beliefs.basins.size();
  std::vector<double> variance(count);
  for (size_t k = 0; k < count; ++k) { variance[k] = variance_of(beliefs, outlook, k, candidate); }
  // What the log likelihood of basin k comes to over the outcomes that basin j expects.
  for (size_t j = 0; j < count; ++j) {
    for (size_t k = 0; k < count; ++k) {
      const double apart =
          beliefs.basins[j].predicted[candidate] - beliefs.basins[k].predicted[candidate];
      outlook.told(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(k)) -=
          0.5 * ((apart * apart + variance[j]) / variance[k] + std::log(variance[k]));
    }
  }
  for (size_t k = 0; k < count; ++k) {
    const Vector moved =
        outlook.covariance[k] * beliefs.basins[k].slopes.row(candidate).transpose();
    outlook.covariance[k] -= moved * moved.transpose() / variance[k];
  }
}

double expected(const Beliefs& beliefs, const Outlook& outlook, Criterion criterion) {
  if (criterion == Criterion::asked) { return variance_asked(beliefs, outlook); }
  double sum = 0;
  for (size_t k = 0; k < beliefs.basins.size(); ++k) {
    sum += beliefs.basins[k].share * log_volume(outlook.covariance[k]);
  }
  return sum;
}

double mean_of(const Beliefs& beliefs, Eigen::Index quantity) {
  double mean = 0;
  for (const Belief& basin : beliefs.basins) { mean += basin.share * basin.asked[quantity]; }
  return mean;
}

}  // namespace enigma::law
