#include "recordings/generate/spiking.h"

#include <algorithm>
#include <cmath>

namespace enigma::recordings::generate {
namespace {

constexpr double kBusyMax = 0.9;  // share of the time that dead times may take

// Expected spikes per sample while the neuron is not in its dead time.
double hazard_of(double rate, double dead) {
  return rate / (1 - std::min(rate * dead, kBusyMax));
}

}  // namespace

// One unit of hazard is an exponential wait; it is spent from where the dead time ended.
std::vector<double> draw_spikes(Stream stream, std::span<const double> rates, double dead) {
  std::vector<double> times;
  double ready = 0;  // end of the last dead time
  double wait = -std::log(1 - stream.uniform());
  for (size_t t = 0; t < rates.size(); ++t) {
    const double hazard = hazard_of(rates[t], dead);
    const double end = static_cast<double>(t + 1);
    double at = std::max(ready, static_cast<double>(t));
    while (at < end && wait <= hazard * (end - at)) {
      at += wait / hazard;
      times.push_back(std::min(at, std::nextafter(end, 0)));
      ready = at = at + dead;
      wait = -std::log(1 - stream.uniform());
    }
    if (at < end) { wait -= hazard * (end - at); }
  }
  return times;
}

std::vector<int64_t> count_spikes(std::span<const double> times, double from, double width,
                                  int64_t bins) {
  std::vector<int64_t> counts(static_cast<size_t>(bins));
  for (double at : times) {
    const double bin = std::floor((at - from) / width);
    if (bin >= 0 && bin < static_cast<double>(bins)) { ++counts[static_cast<size_t>(bin)]; }
  }
  return counts;
}

double count_variance(double mean, double dead) {
  const double cv = 1 - std::min(mean * dead, kBusyMax);
  return cv * cv * mean + 1.0 / 6 + std::pow(cv, 4) / 2 - 2 * std::pow(cv, 3) / 3;
}

}  // namespace enigma::recordings::generate
