#include "sweeps/law/design/hours.h"

#include <cmath>

namespace enigma::law {

std::optional<HoursLaw> hours_law(const std::vector<Worked>& runs) {
  double count = 0, sum_x = 0, sum_y = 0;
  const auto is_known = [](const Worked& run) {
    return run.n > 0 && run.flops > 0 && run.device_hours > 0;
  };
  for (const Worked& run : runs) {
    if (!is_known(run)) { continue; }
    count += 1;
    sum_x += std::log(run.n);
    sum_y += std::log(run.device_hours / run.flops);
  }
  if (count == 0) { return std::nullopt; }
  HoursLaw law{.log_hours_per_flop = sum_y / count, .log_n = sum_x / count};
  double xx = 0, xy = 0;
  for (const Worked& run : runs) {
    if (!is_known(run)) { continue; }
    const double x = std::log(run.n) - law.log_n;
    xx += x * x;
    xy += x * (std::log(run.device_hours / run.flops) - law.log_hours_per_flop);
  }
  if (xx > 1e-6 * count) { law.slope = xy / xx; }
  return law;
}

double hours_of(const HoursLaw& law, double n, double flops) {
  return flops * std::exp(law.log_hours_per_flop + law.slope * (std::log(n) - law.log_n));
}

}  // namespace enigma::law
