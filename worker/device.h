// The device a worker computes on: its name as reported in `hello`, and its peak rate.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/TensorOptions.h>

#include <cstdint>
#include <optional>
#include <string>

namespace enigma::worker {

struct Device {
  std::string text;  ///< "CPU (peak measured: 61.2 GFLOP/s float32, 1 thread)"
  /// Of the precision in use: what MFU is relative to. Nothing where it is unknown; `text` says so.
  std::optional<double> peak_flops_per_s;
  at::TensorOptions tensors = at::TensorOptions(at::kFloat);  ///< of what a run makes on it
};

/// FLOP/s of large matrix products of `type` on the CPU: the best over about 0.3 s, with the
/// threads that training will use.
double matmul_flops_per_s(at::ScalarType type);

/// The CPU with a peak that such products of `type` have reached.
Device cpu(at::ScalarType type, double peak_flops_per_s);
/// The same, measured now.
Device measure_cpu(at::ScalarType type);

/// A device that a driver calls `name`: its peak and the source are those of the table, or there is
/// none, and its text says so.
Device named_device(const std::string& name, at::ScalarType type);

/// Of so many of them; nothing where that of one is unknown.
std::optional<double> peak_of(const Device& device, int64_t count);

/// Peak resident memory of this process so far.
double memory_bytes();

}  // namespace enigma::worker
