#include "sweeps/law/frontier/power_line.h"

#include <boost/math/distributions/students_t.hpp>

#include <cmath>

namespace enigma::law {

namespace {

/// Interval of `centre` with a standard error, for as many degrees of freedom as the line has.
std::pair<std::optional<double>, std::optional<double>> around(double centre, double se,
                                                               const PowerLine& line,
                                                               double level) {
  const double reach = se * student_t(level, line.points - 2);
  return {centre - reach, centre + reach};
}

}  // namespace

double student_t(double level, double freedom) {
  return boost::math::quantile(boost::math::students_t(freedom), (1 + level) / 2);
}

std::optional<PowerLine> power_line(const std::vector<double>& x, const std::vector<double>& y) {
  PowerLine line{.points = static_cast<int>(x.size())};
  const double count = static_cast<double>(x.size());
  double mean_y = 0, cross = 0;
  for (size_t k = 0; k < x.size(); ++k) {
    line.mean_log_x += std::log(x[k]) / count;
    mean_y += std::log(y[k]) / count;
  }
  for (size_t k = 0; k < x.size(); ++k) {
    const double dx = std::log(x[k]) - line.mean_log_x;
    line.spread += dx * dx;
    cross += dx * (std::log(y[k]) - mean_y);
  }
  if (x.size() < 2 || !(line.spread > 1e-12)) { return std::nullopt; }
  line.exponent = cross / line.spread;
  line.log_coefficient = mean_y - line.exponent * line.mean_log_x;
  for (size_t k = 0; k < x.size(); ++k) {
    const double residual = std::log(y[k]) - line.log_coefficient - line.exponent * std::log(x[k]);
    line.squares += residual * residual;
  }
  if (line.points > 2) { line.residual_sd = std::sqrt(line.squares / (line.points - 2)); }
  return line;
}

double value_at(const PowerLine& line, double x) {
  return std::exp(line.log_coefficient + line.exponent * std::log(x));
}

std::optional<double> exponent_se(const PowerLine& line) {
  if (!line.residual_sd) { return std::nullopt; }
  return *line.residual_sd / std::sqrt(line.spread);
}

Interval exponent_interval(const PowerLine& line, double level) {
  const auto se = exponent_se(line);
  if (!se) { return {.value = line.exponent}; }
  const auto [low, high] = around(line.exponent, *se, line, level);
  return {line.exponent, low, high};
}

Interval coefficient_interval(const PowerLine& line, double level) {
  if (!line.residual_sd) { return {.value = std::exp(line.log_coefficient)}; }
  const double lever = 1.0 / line.points + line.mean_log_x * line.mean_log_x / line.spread;
  const auto [low, high] =
      around(line.log_coefficient, *line.residual_sd * std::sqrt(lever), line, level);
  return {std::exp(line.log_coefficient), std::exp(*low), std::exp(*high)};
}

}  // namespace enigma::law
