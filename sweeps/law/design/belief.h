// What is believed of a law while runs are still to be chosen: each basin of a fit with its share
// of the evidence, how far its parameters are known, and what it says of the runs that could be
// made and of the quantities asked for. Linear about each basin, Gaussian within it.
#pragma once

#include "sweeps/law/table/points.h"

#include <vector>

namespace enigma::law {

/// One basin. Residuals are those of the fit's objective: of the log of the loss, or of the loss.
struct Belief {
  double share = 1;              ///< of the evidence; those of all basins sum to 1
  Square covariance;             ///< of the form's coordinates, from the rows that there are
  Eigen::ArrayXd predicted;      ///< of each candidate
  Eigen::MatrixXd slopes;        ///< (candidates, coordinates) d predicted / d coordinate
  Eigen::ArrayXd asked;          ///< the quantities asked for
  Eigen::MatrixXd asked_slopes;  ///< (quantities, coordinates)
};

struct Beliefs {
  std::vector<Belief> basins;
  double noise = 0;  ///< standard deviation of the residual of one run
};

/// What would be known after some candidates have been run.
struct Outlook {
  std::vector<Square> covariance;  ///< by basin
  /// (true basin, basin): what the runs are expected to add to the log evidence of each basin.
  Eigen::MatrixXd told;
};

/// Before any is run.
Outlook outlook_of(const Beliefs& beliefs);

/// Takes one more run of this candidate in.
void take(const Beliefs& beliefs, Eigen::Index candidate, Outlook& outlook);

/// What a choice of runs is to make small.
enum class Criterion {
  asked,      ///< variance of the quantities asked for, summed, within and between basins (V)
  parameters  ///< determinant of the covariance of the parameters, in logs (D)
};

/// The expected value of the criterion: over the basins as the true one, by their shares.
double expected(const Beliefs& beliefs, const Outlook& outlook, Criterion criterion);

/// Mean over the basins of one of the quantities asked for.
double mean_of(const Beliefs& beliefs, Eigen::Index quantity);

}  // namespace enigma::law
