// Tables with a known truth, for the tests of this room.
#pragma once

#include "sweeps/law/table/mapped_table.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace enigma::law {

/// L = E + A·N^−alpha + B·D^−beta with log-normal noise of `sd`.
struct Truth {
  double e = 1.69, a = 406.4, b = 410.7, alpha = 0.34, beta = 0.28;
  double sd = 0.01;
  unsigned seed = 1;
};

inline std::vector<double> log_grid(double from, double to, int count) {
  std::vector<double> grid;
  for (int k = 0; k < count; ++k) { grid.push_back(from * std::pow(to / from, k / (count - 1.0))); }
  return grid;
}

inline MappedTable synthetic(const Truth& truth, const std::vector<double>& sizes,
                             const std::vector<double>& data) {
  std::mt19937_64 engine(truth.seed);
  std::normal_distribution<double> noise(0, 1);
  MappedTable mapped;
  mapped.table.axes.insert({'N', 'D'});
  for (const double n : sizes) {
    for (const double d : data) {
      Row row;
      row.id = "row " + std::to_string(mapped.table.rows.size() + 1);
      row.n = n;
      row.d = d;
      row.c = 6 * n * d;
      row.loss =
          (truth.e + truth.a * std::pow(n, -truth.alpha) + truth.b * std::pow(d, -truth.beta)) *
          std::exp(truth.sd * noise(engine));
      mapped.table.rows.push_back(row);
    }
  }
  return mapped;
}

/// A file under the shared folder, or a visible skip.
inline std::optional<std::filesystem::path> shared_file(const std::string& test,
                                                        const std::string& name) {
  const char* const folder = std::getenv("ENIGMA_SHARED");
  const std::filesystem::path file =
      std::filesystem::path(folder != nullptr ? folder : "../shared") / name;
  if (std::filesystem::exists(file)) { return file; }
  std::cout << "SKIP: " << test << ": " << file.string() << " is not there\n";
  return std::nullopt;
}

}  // namespace enigma::law
