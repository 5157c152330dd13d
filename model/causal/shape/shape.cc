#include "model/causal/shape/shape.h"

#include "diagnostics/check.h"

namespace enigma::model {
namespace {

constexpr int64_t kWidthMax = 65536, kLayersMax = 1024;

bool is_published(const std::string& name) {
  return name == causal_size_names().front();
}

ModelSize spelled_out(const ModelSize& size) {
  return is_published(size.name) ? ModelSize{size.name, 768, 12, 12} : size;
}

double real(int64_t number) {
  return static_cast<double>(number);
}

int64_t query_width(const CausalShape& shape) {
  return shape.heads * shape.head_width;
}

int64_t key_value_width(const CausalShape& shape) {
  return shape.key_value_heads * shape.head_width;
}

int64_t matrices(const CausalShape& shape) {
  return shape.activation == Activation::swiglu ? 3 : 2;
}

/// Weights that a token meets in one layer.
int64_t layer_weights(const CausalShape& shape) {
  return shape.width * (2 * query_width(shape) + 2 * key_value_width(shape)) +
         matrices(shape) * shape.width * shape.hidden;
}

}  // namespace

const std::vector<std::string>& causal_size_names() {
  static const std::vector<std::string> names = {"124M"};
  return names;
}

std::optional<std::string> check_causal_size(const ModelSize& size) {
  if (!size.name.empty()) {
    if (is_published(size.name)) { return std::nullopt; }
    return "no causal size is called '" + size.name + "' (there is 124M)";
  }
  if (size.width <= 0 || size.layers <= 0 || size.heads <= 0) {
    return "width, layers and heads must all be positive";
  }
  if (size.width > kWidthMax || size.layers > kLayersMax) {
    return "width above 65536 or more than 1024 layers is not supported";
  }
  // Rotary positions turn the first half of a head against the second.
  if (size.width % (2 * size.heads) != 0) {
    return "width " + std::to_string(size.width) +
           " is not a multiple of 2 x heads = " + std::to_string(2 * size.heads);
  }
  return std::nullopt;
}

std::optional<std::string> check_causal(const ModelSize& size, const CausalOptions& options) {
  if (auto why = check_causal_size(size)) { return why; }
  const int64_t heads = spelled_out(size).heads;
  if (options.key_value_heads > 0 && heads % options.key_value_heads != 0) {
    return std::to_string(options.key_value_heads) + " key heads do not divide " +
           std::to_string(heads) + " heads";
  }
  return std::nullopt;
}

int64_t hidden_width(int64_t width, Activation activation) {
  if (activation == Activation::squared_relu) { return 4 * width; }
  return (8 * width + 3 * 8 - 1) / (3 * 8) * 8;
}

CausalShape causal_shape_of(const ModelSize& size, const CausalOptions& options) {
  ENIGMA_CHECK(!check_causal(size, options), "causal_shape_of wants what check_causal accepted");
  const ModelSize known = spelled_out(size);
  CausalShape shape{.vocabulary = options.vocabulary,
                    .width = known.width,
                    .layers = known.layers,
                    .heads = known.heads};
  shape.key_value_heads = options.key_value_heads > 0 ? options.key_value_heads : known.heads;
  shape.head_width = known.width / known.heads;
  shape.hidden =
      options.hidden > 0 ? options.hidden : hidden_width(known.width, options.activation);
  shape.activation = options.activation;
  shape.query_key_norm = options.query_key_norm;
  shape.tied_head = options.tied_head;
  shape.base_width = options.base_width;
  return shape;
}

ParameterCounts count_parameters(const CausalShape& shape) {
  const int64_t norms = 2 * shape.width + (shape.query_key_norm ? 2 * shape.head_width : 0);
  ParameterCounts counts;
  counts.shared = (shape.tied_head ? 1 : 2) * shape.vocabulary * shape.width +
                  shape.layers * (layer_weights(shape) + norms) + shape.width;
  counts.total = counts.shared;
  return counts;
}

WindowFlops count_flops(const CausalShape& shape, int64_t tokens) {
  const double count = real(tokens), layers = real(shape.layers);
  // q·kᵀ and weights·v: two products over every pair, for all query heads.
  const double pair = 4 * real(query_width(shape));
  const double products = 2 * count * real(layer_weights(shape));
  const double head = 2 * count * real(shape.vocabulary * shape.width);
  const double masked = products + pair * count * (count + 1) / 2;
  WindowFlops flops{.forward = layers * (products + pair * count * count) + head,
                    .forward_masked = layers * masked + head,
                    .by_block = std::vector<double>(static_cast<size_t>(shape.layers) + 2, masked)};
  flops.by_block.front() = 0;  // rows of the table of embeddings
  flops.by_block.back() = head;
  return flops;
}

int64_t activation_bytes(const CausalShape& shape, int64_t sequences, int64_t tokens) {
  // Kept for the backward pass: normed inputs and rotated projections, the feed-forward layer.
  const int64_t layer = 8 * shape.width + 3 * query_width(shape) + 4 * key_value_width(shape) +
                        (matrices(shape) + 1) * shape.hidden;
  return 4 * sequences * tokens * (shape.layers * layer + 4 * shape.width);
}

}  // namespace enigma::model
