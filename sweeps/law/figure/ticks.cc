#include "sweeps/law/figure/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// Below this many decades equal steps read better than decades do.
constexpr double kDecadesForLog = 0.7;
/// Numbers from here on, or below the other, are told as powers of ten.
constexpr double kLeastPower = 1e5, kLeastDecimal = 1e-3;

/// Multiples of a decade from `low` to `high`.
std::vector<double> multiples(double low, double high, const std::vector<double>& of_decade) {
  std::vector<double> found;
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  for (int decade = first; decade <= last; ++decade) {
    for (const double multiple : of_decade) {
      const double at = multiple * std::pow(10.0, decade);
      if (at >= low * (1 - 1e-9) && at <= high * (1 + 1e-9)) { found.push_back(at); }
    }
  }
  return found;
}

/// The step of 1, 2, 2.5 or 5 times a power of ten that gives at most about `wanted` ticks.
double step_for(double width, int wanted) {
  const double rough = width / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (factor * power >= 0.75 * rough) { return factor * power; }
  }
  return 10 * power;
}

std::vector<double> evenly(double from, double to, double step) {
  std::vector<double> found;
  for (double k = std::ceil(from / step - 1e-9); k * step <= to + 1e-9 * step; ++k) {
    found.push_back(k * step);
  }
  return found;
}

/// Every k-th decade, so that at most `wanted` are left.
std::vector<double> thinned(double low, double high, int wanted) {
  const std::vector<double> decades = multiples(low, high, {1});
  for (int every = 1;; ++every) {
    std::vector<double> kept;
    for (const double at : decades) {
      const int decade = static_cast<int>(std::lround(std::log10(at)));
      if (decade % every == 0) { kept.push_back(at); }
    }
    if (static_cast<int>(kept.size()) <= wanted) { return kept; }
  }
}

/// As many places as evenly spaced ticks need, else as many as the number has.
std::string decimal_text(double size, double step) {
  if (step <= 0) { return fmt::format("{:.6g}", size); }
  int places = 0;
  for (double unit = step; places < 6; ++places, unit *= 10) {
    if (std::abs(unit - std::round(unit)) < 1e-6 * unit) { break; }
  }
  return fmt::format("{:.{}f}", size, places);
}

std::string power_text(double size) {
  const int decade = static_cast<int>(std::floor(std::log10(size) + 1e-9));
  const double mantissa = size / std::pow(10.0, decade);
  if (std::abs(mantissa - 1) < 1e-6) { return fmt::format("10^{{{}}}", decade); }
  return fmt::format("{:.3g}·10^{{{}}}", mantissa, decade);
}

void add_even_ticks(Ticks& ticks, int wanted) {
  double step = step_for(ticks.to - ticks.from, wanted);
  ticks.major = evenly(ticks.from, ticks.to, step);
  if (ticks.major.size() < 2) {  // one number tells no scale
    step = step_for(ticks.to - ticks.from, wanted + 2);
    ticks.major = evenly(ticks.from, ticks.to, step);
  }
  ticks.minor = evenly(ticks.from, ticks.to, step / 5);
}

}  // namespace

std::vector<double> round_values(double low, double high, int most) {
  for (const auto& of_decade :
       {std::vector<double>{1, 2, 5}, std::vector<double>{1, 3}, std::vector<double>{1}}) {
    std::vector<double> values = multiples(low, high, of_decade);
    if (values.size() >= 2 && static_cast<int>(values.size()) <= most) { return values; }
  }
  std::vector<double> values = thinned(low, high, most);
  if (values.size() < 2) { return {low, high}; }
  return values;
}

Ticks log_ticks(double low, double high, int wanted) {
  const double room = std::max((std::log(high) - std::log(low)) * 0.05, 0.01);
  Ticks ticks{.from = low * std::exp(-room), .to = high * std::exp(room)};
  const std::vector<double> decades = multiples(ticks.from, ticks.to, {1});
  const bool within = decades.size() < 3;
  if (!within) {
    ticks.major = thinned(ticks.from, ticks.to, wanted);
    const bool dense = ticks.major.size() < decades.size();
    ticks.minor = dense ? decades : multiples(ticks.from, ticks.to, {1, 2, 3, 4, 5, 6, 7, 8, 9});
    return ticks;
  }
  if (std::log10(ticks.to) - std::log10(ticks.from) > kDecadesForLog) {
    ticks.major = round_values(ticks.from, ticks.to, wanted);
    ticks.minor = multiples(ticks.from, ticks.to, {1, 2, 3, 4, 5, 6, 7, 8, 9});
    const bool round = ticks.major.front() > ticks.from;
    if (round) { return ticks; }
  }
  add_even_ticks(ticks, wanted);
  return ticks;
}

Ticks linear_ticks(double low, double high, int wanted) {
  const double least = std::max(std::abs(high), std::abs(low)) * 1e-6;
  const double alone = std::max(std::abs(high) * 0.01, 1e-12);
  const double room = high - low > least ? (high - low) * 0.05 : alone;
  Ticks ticks{.from = low - room, .to = high + room, .scale = Scale::linear};
  add_even_ticks(ticks, wanted);
  return ticks;
}

std::vector<std::pair<double, std::string>> tick_texts(const Ticks& ticks) {
  const auto& at = ticks.major;
  std::vector<std::pair<double, std::string>> texts;
  if (at.empty()) { return texts; }
  const double step = at.size() > 1 ? at[1] - at[0] : 0;
  const double width = at.back() - at.front();
  const bool even = std::abs(width - step * static_cast<double>(at.size() - 1)) < 1e-6 * step;
  const auto is_zero = [&](double value) {
    return ticks.scale == Scale::linear && std::abs(value) <= 1e-9 * width;
  };
  double least = INFINITY, most = 0;
  for (const double value : at) {
    if (!is_zero(value)) { least = std::min(least, std::abs(value)); }
    most = std::max(most, std::abs(value));
  }
  // One axis speaks one language: where one number needs a power of ten all have it.
  const bool powers = most >= kLeastPower || least < kLeastDecimal;
  for (const double value : at) {
    const bool zero = is_zero(value);
    const std::string sign = value < 0 ? "−" : "";
    const std::string text =
        powers ? power_text(std::abs(value)) : decimal_text(std::abs(value), even ? step : 0);
    texts.emplace_back(value, zero ? "0" : sign + text);
  }
  return texts;
}

}  // namespace enigma::law
