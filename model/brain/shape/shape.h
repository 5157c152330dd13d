// The shape of the brain model and of one window of data, as plain numbers.
// Pure: no LibTorch. The same struct builds the modules and counts their parameters and FLOPs.
#pragma once

#include "model/shape/size.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enigma::model {

/// What one window of a recording holds. Absent modalities are nullopt.
struct VideoShape {
  int64_t frames = 0;  ///< as many as response samples: video is resampled to the responses' rate
  int64_t channels = 1;
  int64_t height = 0;
  int64_t width = 0;
};
struct BehaviorShape {
  int64_t channels = 0;
  int64_t samples = 0;  ///< round(2/3 of the window's response samples): 40 for the published 60
};
struct WindowShape {
  int64_t samples = 60;  ///< W, response samples of a window
  double rate_hz = 30;   ///< responses per second; a window lasts samples / rate_hz seconds
  std::optional<VideoShape> video;
  std::optional<BehaviorShape> behavior;
};

/// How video becomes tokens. `hiera` is the published backbone (model-parameters 3.14);
/// `patches` is one strided convolution with positions, for small models on small machines.
enum class VideoEncoder { patches, hiera };

/// How Hiera's windows lie in its sequence. `published` reads chunks of neighbours and writes each
/// result elsewhere, so that every token sees all frames, hidden ones too (model-parameters, trap
/// 1); `causal_windows` reads and writes the same positions, each window within one time step.
enum class VideoLayout { published, causal_windows };

/// Everything the modules and the counts need. Fields as in the published model; small models
/// (given by width, layers, heads) take fewer latents and the patch encoder: see small_shape().
struct ModelShape {
  ModelSize size;
  WindowShape window;
  int64_t embedding = 256;        ///< e: rows of neuron, session and animal tables
  int64_t response_kernel = 10;   ///< samples of one response token
  int64_t response_stride = 5;    ///< samples of one slot (and of one readout)
  double response_spread = 0.02;  ///< of the first weights of a response token
  int64_t latent_window = 10;     ///< samples covered by one group of latents
  int64_t latents_per_window = 640;
  int64_t global_latents = 256;
  double tower_multiple = 2.67;  ///< of the width: feed-forward layers of encoder and tower
  double decoder_multiple = 4;   ///< the decoder's
  int64_t neurons_max = 4096;    ///< neurons kept per window in training
  int64_t local_layers = 5;      ///< of each cycle of local + global tower layers
  int64_t global_layers = 1;
  bool experiment_time = true;  ///< the published projection that no forward pass uses
  VideoEncoder video_encoder = VideoEncoder::hiera;
  // patches: kernel = stride; hiera: published kernel (6,7,7), stride 2, padding (2,1,3)
  int64_t patch_frames = 6, patch_height = 9, patch_width = 8;
  VideoLayout video_layout = VideoLayout::published;
  int64_t hiera_width = 128, hiera_heads = 2;
  std::vector<int64_t> hiera_stages = {2, 8};
  double hiera_drop_path = 0.25;
};

/// Names that `model.size` may be: 1M, 5M, 20M, 80M, 300M.
const std::vector<std::string>& published_size_names();

/// The published shape of that name, or the small shape of (width, layers, heads), for `window`.
/// REQUIRES: size was accepted by check_size.
ModelShape shape_of(const ModelSize& size, const WindowShape& window);

/// Why a size cannot be built (width not a multiple of 2·heads, unknown name, …), or nothing.
std::optional<std::string> check_size(const ModelSize& size);

/// Parameters by class (model-parameters sections 1 and 2).
ParameterCounts count_parameters(const ModelShape& shape, const std::vector<int64_t>& neurons,
                                 int64_t animals);

/// Activations of `windows` windows with `neurons` neurons (an estimate, upper bound to 30 %).
int64_t activation_bytes(const ModelShape& shape, int64_t windows, int64_t neurons);

}  // namespace enigma::model
