#include "sweeps/site/device_peak.h"

#include "model/peak/peak.h"

namespace enigma::sweeps {

std::optional<double> peak_flops_per_s(const Gpu& gpu, const std::string& precision) {
  const auto stated = gpu.peak_flops_per_s.find(precision);
  if (stated != gpu.peak_flops_per_s.end()) { return stated->second; }
  for (const auto type : {model::DataType::float32, model::DataType::bfloat16}) {
    if (precision != name_of(type)) { continue; }
    if (const auto peak = model::peak_of(gpu.name, type)) { return peak->flops_per_s; }
  }
  return std::nullopt;
}

}  // namespace enigma::sweeps
