// The golden data of the published model (ENIGMA_SHARED/golden) for tests: stored weights, inputs,
// and the cases that they were computed for.
#pragma once

#include "model/brain/brain_model.h"
#include "model/golden_folder.h"
#include "model/tensor_file.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

namespace enigma::model::golden {

using model::Tensors;

// A test program that includes this runs on one thread, as the worker does unless told otherwise:
// threads that share a busy core wait for each other ten times longer than they compute.
inline const bool kOneThread = [] {
  at::set_num_threads(1);
  return true;
}();

/// Says so, and gives true, where the golden data is absent.
inline bool skipped(const char* test) {
  return is_absent(test, golden_folder() / "tiny_weights.safetensors");
}

/// All tensors of FILE.safetensors.
inline Tensors load(const std::string& file) {
  return read_tensors(golden_folder() / (file + ".safetensors"));
}

inline double largest_error(const at::Tensor& got, const at::Tensor& expected) {
  REQUIRE(got.numel() == expected.numel());
  return (got.detach().to(at::kDouble).flatten() - expected.to(at::kDouble).flatten())
      .abs()
      .max()
      .item<double>();
}

/// The configuration `tiny` of the golden data, and its cases.
inline ModelShape tiny_shape() {
  ModelShape shape;
  shape.size = {.width = 32, .layers = 2, .heads = 4};
  shape.window = {.samples = 60,
                  .rate_hz = 30,
                  .video = VideoShape{60, 1, 20, 32},
                  .behavior = BehaviorShape{5, 40}};
  shape.embedding = 24;
  shape.latents_per_window = 6, shape.global_latents = 10, shape.neurons_max = 20;
  shape.local_layers = 1;
  shape.hiera_width = 16, shape.hiera_stages = {1, 1}, shape.hiera_drop_path = 0;
  return shape;
}

struct Case {
  const char* name;
  const char* session;
  Strategy strategy;
};

inline std::vector<Case> cases() {
  const auto numbers = [](int64_t visible, int64_t prefix, int64_t context, int64_t asked,
                          int64_t target, int64_t first_frame, int64_t frames, bool encoded) {
    return Strategy{.name = "golden",
                    .visible_neurons = visible,
                    .prefix_start = 0,
                    .prefix_len = prefix,
                    .full_population_prefix_len = 0,
                    .context_start = 0,
                    .context_len = context,
                    .reconstructed_neurons_max = asked,
                    .suffix_start = target,
                    .suffix_len = target,
                    .frames_start = first_frame,
                    .frames_len = frames,
                    .behavior_encoded = encoded,
                    .behavior_reconstructed = !encoded};
  };
  return {{"video_behavior", "s1", numbers(0, 0, 0, 15, 30, 0, 60, true)},
          {"population_decode", "s2", numbers(6, 60, 60, 9, 30, 0, 0, false)},
          {"causal_video", "s1", numbers(4096, 25, 50, 15, 30, 50, 10, true)},
          {"behavior_only", "s2", numbers(4096, 60, 60, 0, 0, 0, 0, false)}};
}

inline std::vector<NamedTensor> all_parameters(const BrainModel& model) {
  std::vector<NamedTensor> all = model.shared_parameters();
  for (const char* session : {"s1", "s2"}) {
    for (const NamedTensor& p : model.session_parameters(session)) { all.push_back(p); }
  }
  return all;
}

inline void load_weights(const std::vector<NamedTensor>& parameters, const Tensors& weights) {
  const c10::NoGradGuard no_grad;
  for (const NamedTensor& p : parameters) {
    REQUIRE_MESSAGE(weights.contains(p.name), p.name);
    REQUIRE(p.tensor.sizes() == weights.at(p.name).sizes());
    p.tensor.detach().copy_(weights.at(p.name));
  }
}

inline Batch tiny_batch(const char* session) {
  Tensors in = load(std::string("tiny_inputs_") + session);
  const at::Tensor order = in["in.permutation"];
  const int64_t kept = std::min<int64_t>(20, order.size(1));
  Batch batch{.session = session};
  batch.neuron_ids = order.narrow(1, 0, kept).contiguous();
  batch.responses = in["in.responses"].gather(
      2, batch.neuron_ids.unsqueeze(1).expand({-1, in["in.responses"].size(1), -1}));
  batch.video = in["in.video"];
  batch.behavior = in["in.behavior"];
  return batch;
}

}  // namespace enigma::model::golden
