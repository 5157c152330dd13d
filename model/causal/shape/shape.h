// The shape of a causal decoder as plain numbers: what builds its modules and counts its parameters
// and FLOPs. The layouts are those of the published Llama and Qwen3 dense models.
#pragma once

#include "model/shape/size.h"
#include "model/shape/window_flops.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enigma::model {

enum class Activation {
  swiglu,       ///< down(silu(gate(x)) ⊙ up(x))
  squared_relu  ///< down(relu(up(x))²): no gate
};

struct CausalShape {
  int64_t vocabulary = 256;
  int64_t width = 0, layers = 0, heads = 0;
  int64_t key_value_heads = 0;  ///< divides heads: query head h reads key head h / (heads / these)
  int64_t head_width = 0;
  int64_t hidden = 0;  ///< of the feed-forward layers
  Activation activation = Activation::swiglu;
  bool query_key_norm = false;  ///< RMSNorm of queries and keys, a gain a feature (Qwen3)
  bool tied_head = true;        ///< the embedding table is the head, too
  double norm_epsilon = 1e-5;
  double rope_base = 10000;
  /// Norms, rotary angles and softmax in float32 whatever the type of the rest, as the published
  /// code has them: tells in float64 alone.
  bool published_rounding = false;
  /// Of the maximal update parametrization: the width whose learning rates are known. 0: standard.
  int64_t base_width = 0;

  /// What the learning rates of matrices within layers, and logits, are multiplied by.
  double width_scale() const {
    return base_width == 0 ? 1 : static_cast<double>(base_width) / static_cast<double>(width);
  }
};

/// What a spec says beside the size.
struct CausalOptions {
  int64_t vocabulary = 256;
  int64_t key_value_heads = 0;  ///< 0: as many as heads
  int64_t hidden = 0;           ///< 0: by hidden_width()
  Activation activation = Activation::swiglu;
  bool query_key_norm = false;
  bool tied_head = true;
  int64_t base_width = 0;  ///< as CausalShape::base_width
};

/// Names that `model.size` may be: 124M (12 layers of width 768 with 12 heads).
const std::vector<std::string>& causal_size_names();

/// Why a size cannot be built, or nothing; the same of a size with its options.
std::optional<std::string> check_causal_size(const ModelSize& size);
std::optional<std::string> check_causal(const ModelSize& size, const CausalOptions& options);

/// REQUIRES: check_causal has nothing to say.
CausalShape causal_shape_of(const ModelSize& size, const CausalOptions& options);

/// 8/3 of the width rounded up to a multiple of 8 with a gate, else 4 times the width: as many
/// parameters either way.
int64_t hidden_width(int64_t width, Activation activation);

/// All of them are shared.
ParameterCounts count_parameters(const CausalShape& shape);

/// Matrix-multiplication FLOPs of a sequence of `tokens` inputs; attention over all pairs (dense
/// convention) and over those that the causal mask allows. Blocks are the layers and the head.
WindowFlops count_flops(const CausalShape& shape, int64_t tokens);

/// Activations of `sequences` of `tokens` (an estimate); logits are never kept whole.
int64_t activation_bytes(const CausalShape& shape, int64_t sequences, int64_t tokens);

}  // namespace enigma::model
