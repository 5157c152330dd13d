// A straight line through logarithms: y = coefficient · x^exponent.
#pragma once

#include "sweeps/law/table/interval.h"

#include <vector>

namespace enigma::law {

struct PowerLine {
  double exponent = 0;
  double log_coefficient = 0;
  double mean_log_x = 0;  ///< of the points
  double spread = 0;      ///< sum of squares of log x about its mean
  double squares = 0;     ///< sum of squared residuals of log y
  int points = 0;
  std::optional<double> residual_sd;  ///< of log y; nothing with two points or fewer
};

/// Unweighted least squares of log y on log x. Nothing with fewer than two different x.
std::optional<PowerLine> power_line(const std::vector<double>& x, const std::vector<double>& y);

/// y of the line at `x`.
double value_at(const PowerLine& line, double x);

/// Student-t interval of the exponent; open where there are two points.
Interval exponent_interval(const PowerLine& line, double level);

/// Student-t interval of the coefficient.
Interval coefficient_interval(const PowerLine& line, double level);

/// Standard error of the exponent.
std::optional<double> exponent_se(const PowerLine& line);

/// Two-sided quantile of Student's t: `level` of its mass lies within ± the answer.
double student_t(double level, double freedom);

}  // namespace enigma::law
