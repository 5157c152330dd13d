#include "sweeps/law/table/cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// Sizes, data and FLOPs of three printed digits multiply to this.
constexpr double kPrinted = 0.015;

}  // namespace

std::optional<Cost> measured_cost(const Table& table) {
  if (!table.has('N') || !table.has('D') || !table.has('C') || table.d_from_c) {
    return std::nullopt;
  }
  double count = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
  for (const Row& row : table.rows) {
    const double x = std::log(row.n), y = std::log(row.c / row.d);
    count += 1;
    sum_x += x;
    sum_y += y;
    sum_xx += x * x;
    sum_xy += x * y;
  }
  const double spread = count * sum_xx - sum_x * sum_x;
  if (count < 2 || spread <= 1e-9 * count * sum_xx) { return std::nullopt; }
  const double slope = (count * sum_xy - sum_x * sum_y) / spread;
  if (!(slope > 0)) { return std::nullopt; }
  return Cost{.coefficient = std::exp((sum_y - slope * sum_x) / count),
              .exponent_n = slope,
              .measured = true};
}

bool is_six_nd(const Table& table) {
  if (!table.has('N') || !table.has('D') || !table.has('C')) { return true; }
  return std::all_of(table.rows.begin(), table.rows.end(), [](const Row& row) {
    return std::abs(std::log(row.c / (6 * row.n * row.d))) < kPrinted;
  });
}

std::string relation_of(const Cost& cost) {
  if (!cost.measured) { return "6ND"; }
  return fmt::format("{:.4g}*N^{:.4g}*D", cost.coefficient, cost.exponent_n);
}

std::string formula_of(const Cost& cost) {
  return fmt::format("C = {} ({})", relation_of(cost),
                     cost.measured ? "fitted to the measured FLOPs" : "assumed");
}

}  // namespace enigma::law
