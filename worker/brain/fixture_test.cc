// The published brain model by the names of the golden data: intermediates, predictions, losses,
// gradients and three optimiser steps, in float32 and float64.
#include "worker/brain/fixture.h"

#include "diagnostics/diagnostic.h"
#include "worker/golden_values.h"

#include <ATen/Parallel.h>

using namespace enigma;
using namespace enigma::worker;

namespace {

const bool kOneThread = (at::set_num_threads(1), true);

/// The golden README's: of float32, and of float64 what the rounding of stored values leaves.
double tolerance(const std::string& name, bool wide, double scale) {
  if (name.ends_with("loss")) { return wide ? 1e-12 : 1e-6; }
  if (wide) { return 1e-7 * std::max(scale, 0.01); }
  if (name.starts_with("mid.")) { return 5e-5; }
  if (name.starts_with("out.")) { return 1e-5; }
  return name.starts_with("grad.") ? 1e-6 + 1e-4 * scale : 5e-6;
}

void check_case(const std::string& name, at::ScalarType type) {
  auto request =
      golden::request_for(golden::golden_folder() / "fixtures.json", "tiny/" + name, type);
  request.steps = 3;
  const model::Tensors results = brain_fixture(request);
  int compared = 0;
  for (const auto& [key, stored] : tensors_of(request, "tiny_" + name + ".safetensors")) {
    if (key.starts_with("mask.")) { continue; }
    CAPTURE(key);
    REQUIRE(results.contains(key));
    const auto [error, scale] = golden::difference(results.at(key), stored);
    CHECK(error <= tolerance(key, type == at::kDouble, scale));
    ++compared;
  }
  for (const auto& [key, tensor] : results) {
    if (key.starts_with("mid.")) { continue; }
    CAPTURE(key);
    CHECK(tensors_of(request, "tiny_" + name + ".safetensors").contains(key));
  }
  CHECK(compared > 100);
}

}  // namespace

TEST_CASE("brain fixture: every stored value of every case, and no other") {
  if (golden::is_absent("brain fixture", golden::golden_folder() / "fixtures.json")) { return; }
  REQUIRE(kOneThread);
  for (const char* name :
       {"video_behavior", "population_decode", "causal_video", "behavior_only"}) {
    CAPTURE(std::string(name));
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) { check_case(name, type); }
  }
}

TEST_CASE("brain fixture: what a description lacks is told with its place") {
  if (golden::is_absent("brain fixture", golden::golden_folder() / "fixtures.json")) { return; }
  auto request = golden::request_for(golden::golden_folder() / "fixtures.json", "tiny/causal_video",
                                     at::kFloat);
  CHECK(has_brain_case(request.fixtures, request.name));
  CHECK_FALSE(has_brain_case(request.fixtures, "tiny/causal"));
  request.fixtures["tiny"]["config"].erase("d_model");
  try {
    brain_fixture(request);
    FAIL("accepted");
  } catch (const InputError& error) {
    CHECK(error.diagnostics().at(0).pointer == "/tiny/config/d_model");
  }
}
