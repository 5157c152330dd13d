#include "worker/spikes.h"

#include <cmath>
#include <cstdio>
#include <numeric>

namespace enigma::worker {
namespace {

void push(std::vector<double>& values, double value) {
  values.push_back(value);
  if (values.size() > kSpikeHistory) { values.erase(values.begin()); }
}

struct Spread {
  double mean = 0, deviation = 0;
};

Spread spread_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) { squares += (value - mean) * (value - mean); }
  return {mean, std::sqrt(squares / (n - 1))};
}

std::optional<std::string> far_above(const char* what, double value,
                                     const std::vector<double>& before, double deviations) {
  if (before.size() < kSpikeHistory / 2) { return std::nullopt; }
  const Spread spread = spread_of(before);
  if (value <= spread.mean + deviations * spread.deviation) { return std::nullopt; }
  char text[192];
  std::snprintf(text, sizeof text,
                "%s is %.4g, more than %.3g standard deviations (%.3g) above its mean over the "
                "last %zu steps, %.4g",
                what, value, deviations, spread.deviation, before.size(), spread.mean);
  return text;
}

}  // namespace

void remember(StepHistory& history, const StepSigns& signs) {
  push(history.losses, signs.loss);
  push(history.grad_norms, signs.grad_norm);
}

std::optional<std::string> non_finite_in(const StepSigns& signs) {
  const auto is = [](const char* what, double value) {
    return std::string(what) + " is " + std::to_string(value);
  };
  if (!std::isfinite(signs.loss)) { return is("training loss", signs.loss); }
  if (!std::isfinite(signs.session_norms)) {
    return is("gradient norm of a session", signs.session_norms);
  }
  if (!std::isfinite(signs.grad_norm)) { return is("gradient norm", signs.grad_norm); }
  return std::nullopt;
}

std::optional<std::string> spike_in(const StepHistory& history, const StepSigns& signs,
                                    double deviations) {
  if (auto what = non_finite_in(signs)) { return what; }
  if (auto what = far_above("training loss", signs.loss, history.losses, deviations)) {
    return what;
  }
  return far_above("gradient norm", signs.grad_norm, history.grad_norms, deviations);
}

}  // namespace enigma::worker
