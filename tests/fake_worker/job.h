// What a fake worker is to train, from the point file, and the losses that it pretends to reach:
// a Chinchilla-like law of model size and windows, so that a fit has something to find.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace enigma::fake {

struct Job {
  std::string run;
  int64_t steps = 1;
  double flops_per_step = 1;
  int64_t seed = 0;
  int64_t windows_per_step = 8;
  double parameters = 1e5;  ///< 12 · layers · width², or the published name's
  std::vector<std::string> strategies;
};
Job job_of(const nlohmann::json& point_file);

struct Loss {
  double train = 0, test = 0, baseline = 0;
};
/// E + A·N^−alpha + B·D^−beta and a little noise that depends on (seed, step) only: the same in
/// every attempt.
Loss loss_at(const Job& job, int64_t step);

}  // namespace enigma::fake
