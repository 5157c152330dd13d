#include "model/peak/peak.h"

#include <doctest/doctest.h>

using namespace enigma::model;

TEST_CASE("peak: the dense rate of each type, under the names that drivers and people use") {
  CHECK(peak_of("H100", DataType::bfloat16)->flops_per_s == 989e12);
  CHECK(peak_of("NVIDIA H100 80GB HBM3", DataType::bfloat16)->flops_per_s == 989e12);
  CHECK(peak_of("NVIDIA H200", DataType::float32)->flops_per_s == 67e12);
  CHECK(peak_of("NVIDIA A100-SXM4-80GB", DataType::bfloat16)->flops_per_s == 312e12);
  CHECK(peak_of("NVIDIA A100 80GB PCIe", DataType::float32)->flops_per_s == 19.5e12);
}

TEST_CASE("peak: another board is another device") {
  CHECK(peak_of("NVIDIA H100 PCIe", DataType::bfloat16)->flops_per_s == 756e12);
  for (const char* name : {"NVIDIA H100 NVL", "NVIDIA GH200 480GB", "NVIDIA H200 NVL",
                           "NVIDIA H100 80GB HBM3 MIG 1g.10gb"}) {
    CAPTURE(std::string(name));
    CHECK_FALSE(peak_of(name, DataType::bfloat16).has_value());
  }
}

TEST_CASE("peak: what the table does not know has none, and the reason names it") {
  CHECK_FALSE(peak_of("NVIDIA B300", DataType::bfloat16).has_value());
  CHECK_FALSE(peak_of("", DataType::float32).has_value());
  CHECK(no_peak("B300", DataType::bfloat16).find("'B300' in bfloat16") != std::string::npos);
  for (const std::string& device : known_devices()) {
    CAPTURE(device);
    for (const DataType type : {DataType::float32, DataType::bfloat16}) {
      const auto peak = peak_of(device, type);
      REQUIRE(peak.has_value());
      CHECK(peak->flops_per_s > 1e12);
      CHECK_FALSE(std::string(peak->source).empty());
    }
  }
}
