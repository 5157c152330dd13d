#include "worker/device.h"

#include "model/peak/peak.h"
#include "worker/clock/clock.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstdio>
#include <sys/resource.h>

namespace enigma::worker {
namespace {

constexpr int64_t kSide = 1024;
constexpr double kMeasure_s = 0.3;
constexpr double kFlops = 2.0 * kSide * kSide * kSide;

}  // namespace

double matmul_flops_per_s(at::ScalarType type) {
  const c10::InferenceMode guard;
  const at::Tensor a = at::ones({kSide, kSide}, type), b = at::ones({kSide, kSide}, type);
  at::Tensor out = at::mm(a, b);  // the first product pays for set-up
  double spent_s = 0, best = 0;
  while (spent_s < kMeasure_s) {
    Stopwatch watch;
    at::mm_out(out, a, b);
    const double took_s = watch.lap_s();
    best = std::max(best, kFlops / took_s);
    spent_s += took_s;
  }
  return best;
}

Device cpu(at::ScalarType type, double peak_flops_per_s) {
  const int threads = at::get_num_threads();
  char text[128];
  std::snprintf(text, sizeof text, "CPU (peak measured: %.1f GFLOP/s %s, %d thread%s)",
                peak_flops_per_s / 1e9, type == at::kBFloat16 ? "bfloat16" : "float32", threads,
                threads == 1 ? "" : "s");
  return {text, peak_flops_per_s};
}

Device measure_cpu(at::ScalarType type) {
  return cpu(type, matmul_flops_per_s(type));
}

Device named_device(const std::string& name, at::ScalarType type) {
  const auto kind = type == at::kBFloat16 ? model::DataType::bfloat16 : model::DataType::float32;
  const auto peak = model::peak_of(name, kind);
  if (!peak) { return {name + " (" + model::no_peak(name, kind) + ")", std::nullopt}; }
  char rate[64];
  std::snprintf(rate, sizeof rate, " (peak %.1f TFLOP/s %s: ", peak->flops_per_s / 1e12,
                model::name_of(kind));
  return {name + rate + peak->source + ")", peak->flops_per_s};
}

std::optional<double> peak_of(const Device& device, int64_t count) {
  if (!device.peak_flops_per_s) { return std::nullopt; }
  return *device.peak_flops_per_s * static_cast<double>(count);
}

double memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

}  // namespace enigma::worker
