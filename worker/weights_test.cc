#include "worker/weights.h"

#include "diagnostics/diagnostic.h"
#include "model/tensor_file.h"
#include "worker/checkpoint.h"
#include "worker/run_fixture.h"
#include "worker/toy_family.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::worker;

TEST_CASE("weights: out of a published file into a checkpoint and back, names and values stay") {
  const RunFolder folder("weights");
  std::filesystem::create_directories(folder.path);
  const model::Tensors published = {{"_orig_mod.proc.0.attention.wo.weight", at::randn({3, 4})},
                                    {"sess_params.mouse.1._neuron_biases", at::randn({5, 1})},
                                    {"exp_time_embedding.positional_embeddings", at::randn({7, 2})},
                                    {"lm_head.weight", at::randn({2, 2}).to(at::kBFloat16)}};
  model::write_tensors(folder.path / "published.safetensors", published);
  const auto checkpoint = import_weights(folder.path / "published.safetensors", folder.path / "in");
  CHECK(read_checkpoint(checkpoint).step == 0);
  const auto session = model::read_tensors(checkpoint / "session-mouse.1.safetensors");
  CHECK(session.size() == 4);
  CHECK(session.at("sess_params.mouse.1._neuron_biases.exp_avg").abs().sum().item<float>() == 0);
  CHECK(export_weights(checkpoint, folder.path / "again.safetensors") == 3);
  const auto again = model::read_tensors(folder.path / "again.safetensors");
  CHECK(at::equal(again.at("proc.0.attention.wo.weight"),
                  published.at("_orig_mod.proc.0.attention.wo.weight")));
  CHECK(at::equal(again.at("lm_head.weight"), published.at("lm_head.weight").to(at::kFloat)));
}

TEST_CASE("weights: a run does not start from another model's") {
  const RunFolder folder("weights-run");
  std::filesystem::create_directories(folder.path);
  model::Tensors trained = {{"slope", at::tensor({1.0f, 2.0f, 3.0f})}};
  model::write_tensors(folder.path / "w.safetensors", trained);
  const auto checkpoint = import_weights(folder.path / "w.safetensors", folder.path / "in");
  CHECK(model::read_tensors(checkpoint / "shared.safetensors").at("slope")[2].item<float>() == 3);
  sweeps::PointFile file{.id = "0123456789abcdef", .steps = 1};
  Environment environment = folder.environment("run", 1);
  environment.start = checkpoint;
  // The toy's sessions are not in the file: another model's weights are refused.
  try {
    run(environment, kGoOn, file, open_toy);
    FAIL("accepted");
  } catch (const std::exception& error) {
    CHECK(std::string(error.what()).find("session-first") != std::string::npos);
  }
}

TEST_CASE("weights: what holds none says so") {
  const RunFolder folder("weights-none");
  std::filesystem::create_directories(folder.path);
  write_atomically(folder.path / "bad.safetensors", "no");
  CHECK_THROWS_AS(import_weights(folder.path / "bad.safetensors", folder.path / "in"), InputError);
  CHECK_THROWS_AS(export_weights(folder.path, folder.path / "out.safetensors"), InputError);
}
