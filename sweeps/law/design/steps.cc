#include "sweeps/law/design/steps.h"

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

constexpr double kSame = 1.01, kApart = 1.5, kAlone = 2;

}  // namespace

std::vector<double> between_and_beyond(std::vector<double> known) {
  std::ranges::sort(known);
  const auto same = [](double a, double b) { return b / a < kSame; };
  known.erase(std::unique(known.begin(), known.end(), same), known.end());
  if (known.empty()) { return {}; }
  const size_t last = known.size() - 1;
  const double first_step = last == 0 ? kAlone : known[1] / known[0];
  const double last_step = last == 0 ? kAlone : known[last] / known[last - 1];
  std::vector<double> places = {known.front() / first_step};
  for (size_t k = 0; k < last; ++k) {
    if (known[k + 1] / known[k] >= kApart) { places.push_back(std::sqrt(known[k] * known[k + 1])); }
  }
  places.push_back(known.back() * last_step);
  return places;
}

}  // namespace enigma::law
