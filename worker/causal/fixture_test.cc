// Published layouts of Llama and Qwen3 by the names of the reference values, in float32 and
// float64.
#include "worker/causal/fixture.h"

#include "worker/golden_values.h"

#include <ATen/Parallel.h>

using namespace enigma;
using namespace enigma::worker;

namespace {

const bool kOneThread = (at::set_num_threads(1), true);

std::filesystem::path description() {
  return golden::golden_folder() / "causal" / "causal.json";
}

/// In float64 too the published code rounds norms and softmax to float32. The last bit of these is
/// the processor's: with AVX-512 the stored values come out to 1e-9, without it to 3e-7.
constexpr double kRounded = 1e-6;

}  // namespace

TEST_CASE("causal fixture: hidden states, logits, losses and gradients are the published ones") {
  if (golden::is_absent("causal fixture", description())) { return; }
  REQUIRE(kOneThread);
  for (const char* name : {"tiny_llama", "tiny_qwen3"}) {
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
      CAPTURE(std::string(name));
      const auto request = golden::request_for(description(), name, type);
      CHECK(has_causal_case(request.fixtures, name));
      const model::Tensors results = causal_fixture(request);
      const auto stored = tensors_of(request, std::string(name) + "_case.safetensors");
      for (const auto& [key, expected] : stored) {
        CAPTURE(key);
        REQUIRE(results.contains(key));
        const auto [error, scale] =
            golden::difference(results.at(key), expected.view_as(results.at(key)));
        CHECK(error <= (type == at::kDouble ? kRounded : 2e-5) * scale);
      }
      CHECK(results.size() == stored.size());
    }
  }
}
