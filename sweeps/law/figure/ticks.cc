#include "sweeps/law/figure/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// Multiples of a decade that read well.
std::vector<double> multiples(const Ticks& ticks, const std::vector<double>& of_decade) {
  std::vector<double> found;
  const int first = static_cast<int>(std::floor(std::log10(ticks.from)));
  const int last = static_cast<int>(std::ceil(std::log10(ticks.to)));
  for (int decade = first; decade <= last; ++decade) {
    for (const double multiple : of_decade) {
      const double at = multiple * std::pow(10.0, decade);
      if (at >= ticks.from * (1 - 1e-9) && at <= ticks.to * (1 + 1e-9)) found.push_back(at);
    }
  }
  return found;
}

/// Equal steps of 1, 2, 2.5 or 5 times a power of ten: within less than a decade they read better
/// than decades do.
std::vector<double> steps(const Ticks& ticks, int wanted, double& step) {
  const double rough = (ticks.to - ticks.from) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  step = 10 * power;
  for (const double factor : {5.0, 2.5, 2.0, 1.0}) {
    if (factor * power >= 0.7 * rough) step = factor * power;
  }
  std::vector<double> found;
  for (double k = std::ceil(ticks.from / step); k * step <= ticks.to; ++k)
    found.push_back(k * step);
  return found;
}

std::string label_of(double at) {
  if (at >= 1e-3 && at < 1e5) return fmt::format("{:.6g}", at);
  const int decade = static_cast<int>(std::floor(std::log10(at) + 1e-9));
  const double mantissa = at / std::pow(10.0, decade);
  if (std::abs(mantissa - 1) < 1e-6) return fmt::format("10^{{{}}}", decade);
  return fmt::format("{:.3g}×10^{{{}}}", mantissa, decade);
}

}  // namespace

Ticks log_ticks(double low, double high, int wanted) {
  const double room = std::max(std::log(high / low) * 0.06, 0.01);
  Ticks ticks{.from = low * std::exp(-room), .to = high * std::exp(room)};
  const double decades = std::log10(ticks.to / ticks.from);
  if (decades < 0.7) {
    double step = 0;
    ticks.major = steps(ticks, wanted, step);
    for (double k = std::ceil(ticks.from / step * 5); k * step / 5 <= ticks.to; ++k) {
      ticks.minor.push_back(k * step / 5);
    }
    return ticks;
  }
  const std::vector<double> all = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  ticks.minor = multiples(ticks, all);
  ticks.major = multiples(ticks, {1});
  if (static_cast<int>(ticks.major.size()) < 3) ticks.major = multiples(ticks, {1, 3});
  if (static_cast<int>(ticks.major.size()) < 3) ticks.major = multiples(ticks, {1, 2, 5});
  while (static_cast<int>(ticks.major.size()) > wanted + 2) {
    std::vector<double> fewer;
    for (size_t k = 0; k < ticks.major.size(); k += 2) fewer.push_back(ticks.major[k]);
    ticks.major = fewer;
    ticks.minor.clear();
  }
  return ticks;
}

std::string tick_command(const Ticks& ticks, char axis) {
  std::string command =
      fmt::format("set {}range [{:.17g}:{:.17g}]\nset {}tics (", axis, ticks.from, ticks.to, axis);
  bool first = true;
  const auto add = [&](const std::string& label, double at, int level) {
    command += fmt::format("{}\"{}\" {:.17g} {}", first ? "" : ", ", label, at, level);
    first = false;
  };
  for (const double at : ticks.major) add(label_of(at), at, 0);
  for (const double at : ticks.minor) add("", at, 1);
  return command + ")\n";
}

}  // namespace enigma::law
