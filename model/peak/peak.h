// What the makers of devices state that they reach at most: the one table of peaks.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace enigma::model {

/// Types of the operands of a matrix product. float32 is that without TF32, which training leaves
/// off.
enum class DataType { float32, bfloat16 };
const char* name_of(DataType type);

/// FLOP/s of one device in dense matrix products (no sparsity), and where that stands.
struct Peak {
  double flops_per_s = 0;
  const char* source = "";
};

/// The peak of the device that a driver, a site or a person calls `device` ("H100", "NVIDIA H100
/// 80GB HBM3"). Nothing for one that the table does not know: a peak is never guessed.
std::optional<Peak> peak_of(const std::string& device, DataType type);

/// The devices of the table, by their short names.
std::vector<std::string> known_devices();

/// Why there is no peak, in a sentence.
std::string no_peak(const std::string& device, DataType type);

}  // namespace enigma::model
