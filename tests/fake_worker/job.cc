#include "tests/fake_worker/job.h"

#include <cmath>
#include <map>

namespace enigma::fake {
namespace {

using nlohmann::json;

// Fields at their default are left out of a canonical point.
template <typename T>
T value_at(const json& point, const char* pointer, const T& fallback) {
  return point.value(json::json_pointer(pointer), fallback);
}

double parameters_of(const json& point) {
  static const std::map<std::string, double> named = {
      {"1M", 1e6}, {"5M", 5e6}, {"20M", 2e7}, {"80M", 8e7}, {"300M", 3e8}};
  const json size = value_at(point, "/model/size", json());
  if (size.is_string()) { return named.at(size.get<std::string>()); }
  if (!size.is_object()) { return 1e5; }
  const double width = size.value("width", 64.0);
  return 12 * size.value("layers", 1.0) * width * width;
}

// SplitMix64: one well-mixed number of (seed, step).
double noise(int64_t seed, int64_t step) {
  uint64_t x = static_cast<uint64_t>(seed) * 0x9e3779b97f4a7c15u + static_cast<uint64_t>(step);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  x ^= x >> 31;
  return static_cast<double>(x >> 11) / 9007199254740992.0 - 0.5;
}

}  // namespace

Job job_of(const json& file) {
  Job job;
  const json& point = file.at("point");
  job.run = file.at("id").get<std::string>();
  job.steps = file.at("steps").get<int64_t>();
  job.flops_per_step = file.at("flops_per_step").get<double>();
  job.seed = file.value("seed", int64_t{0});
  job.windows_per_step = value_at(point, "/train/lanes", int64_t{1}) *
                         value_at(point, "/train/windows_per_lane", int64_t{8});
  job.parameters = parameters_of(point);
  job.strategies = value_at(point, "/evaluation/strategies", std::vector<std::string>{"causal"});
  return job;
}

Loss loss_at(const Job& job, int64_t step) {
  constexpr double kE = 0.3, kA = 4, kAlpha = 0.3, kB = 3, kBeta = 0.35, kBaseline = 1.2;
  const double windows = static_cast<double>(step * job.windows_per_step) + 1;
  const double law = kE + kA * std::pow(job.parameters, -kAlpha) + kB * std::pow(windows, -kBeta);
  return {law * (1 + 0.02 * noise(job.seed, step)), law * (1 + 0.002 * noise(job.seed, -step)),
          kBaseline};
}

}  // namespace enigma::fake
