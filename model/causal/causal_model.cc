#include "model/causal/causal_model.h"

#include "model/causal/causal_block.h"
#include "model/causal/cross_entropy.h"

#include <ATen/ATen.h>

#include <string>
#include <utility>

namespace enigma::model {

namespace {

/// Hidden states (…, d) on their way to the head, whose logits shrink as the width grows.
at::Tensor scaled(const at::Tensor& hidden, const CausalShape& shape) {
  return shape.width_scale() == 1 ? hidden : hidden * shape.width_scale();
}

}  // namespace

struct CausalModel::Parts {
  CausalShape shape;
  at::TensorOptions tensors;
  ParameterSet parameters;
  at::Tensor embeddings;  ///< (V, d)
  std::vector<CausalBlock> layers;
  CausalNorm norm;    ///< the last one
  at::Tensor head;    ///< (V, d); `embeddings` where they are tied
  HalfRotary rotary;  ///< for the longest sequence so far
  BlockRunner* runner = nullptr;
};

CausalModel::CausalModel(const CausalShape& shape, uint64_t seed, at::TensorOptions tensors)
    : parts_(new Parts{
          .shape = shape, .tensors = tensors, .parameters = ParameterSet(seed, tensors)}) {
  Parts& p = *parts_;
  p.embeddings = p.parameters.normal("model.embed_tokens.weight", {shape.vocabulary, shape.width},
                                     spread(shape.base_width > 0 ? shape.base_width : shape.width));
  for (int64_t i = 0; i < shape.layers; ++i) {
    p.layers.push_back(make_causal_block(p.parameters, "model.layers." + std::to_string(i), shape));
  }
  p.norm = make_causal_norm(p.parameters, "model.norm", shape.width, shape);
  p.head = shape.tied_head
               ? p.embeddings
               : p.parameters.constant("lm_head.weight", {shape.vocabulary, shape.width}, 0);
}

CausalModel::~CausalModel() = default;

at::Tensor CausalModel::hidden(const at::Tensor& tokens, Trace* trace) {
  Parts& p = *parts_;
  const int64_t length = tokens.size(1);
  if (!p.rotary.cosine.defined() || p.rotary.cosine.size(0) < length) {
    p.rotary = half_rotary(length, p.shape.head_width, p.shape.rope_base, p.tensors,
                           p.shape.published_rounding ? at::kFloat : at::kDouble);
  }
  at::Tensor x = at::embedding(p.embeddings, tokens);  // (B, T, d)
  for (size_t i = 0; i < p.layers.size(); ++i) {
    note(trace, "hidden_" + std::to_string(i), x);
    x = run_block(p.runner, i, {x}, [&p, i, rotary = p.rotary](const auto& in) {
      return p.layers[i](in[0], rotary);
    });
  }
  x = p.norm(x);
  note(trace, "hidden_" + std::to_string(p.layers.size()), x);
  return x;
}

at::Tensor CausalModel::logits(const at::Tensor& hidden) const {
  return at::linear(scaled(hidden, parts_->shape), parts_->head);
}

at::Tensor CausalModel::loss(const at::Tensor& tokens) {
  const int64_t length = tokens.size(1) - 1;
  const at::Tensor x = hidden(tokens.narrow(1, 0, length)).flatten(0, 1);  // (B·T, d)
  Parts& p = *parts_;
  const at::Tensor targets = tokens.narrow(1, 1, length).flatten();
  return run_block(p.runner, p.layers.size(), {x}, [&p, targets](const auto& in) {
    return cross_entropy(scaled(in[0], p.shape), p.head, targets);
  });
}

std::vector<NamedTensor> CausalModel::parameters() const {
  return parts_->parameters.list();
}

std::vector<std::string> CausalModel::blocks() const {
  std::vector<std::string> blocks;
  for (size_t i = 0; i < parts_->layers.size(); ++i) {
    blocks.push_back("model.layers." + std::to_string(i) + ".");
  }
  blocks.emplace_back("lm_head.");
  return blocks;
}

void CausalModel::run_blocks_by(BlockRunner* runner) {
  parts_->runner = runner;
}

const CausalShape& CausalModel::shape() const {
  return parts_->shape;
}

}  // namespace enigma::model
