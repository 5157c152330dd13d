#include "sweeps/site/device_peak.h"

#include <doctest/doctest.h>

using namespace enigma::sweeps;

TEST_CASE("device peak: as the profile states, else as the name is known, else nothing") {
  const Gpu stated{"H100", 8, {{"bfloat16", 9e14}}};
  CHECK(peak_flops_per_s(stated, "bfloat16") == 9e14);
  CHECK(peak_flops_per_s(stated, "float32") == 67e12);
  CHECK(peak_flops_per_s({"H200", 8, {}}, "bfloat16") == 989e12);
  CHECK_FALSE(peak_flops_per_s({"A card of ours", 8, {}}, "bfloat16").has_value());
}
