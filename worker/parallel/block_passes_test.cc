#include "worker/parallel/block_passes.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace enigma;
using namespace enigma::parallel;

namespace {

/// Notes where passes are.
struct Notes : AroundBlocks {
  std::string said;
  void before_forward(size_t block) override { say("f", block); }
  void before_backward(size_t block) override { say("b", block); }
  void after_backward(size_t block) override { say("e", block); }
  void say(const char* what, size_t block) { said += what + std::to_string(block) + " "; }
};

/// Two blocks and a head: y = Σ w₂·tanh(w₁·tanh(w₀·x)). `calls` counts how often a block is run.
struct Chain {
  std::vector<at::Tensor> weights;
  mutable int calls = 0;

  Chain() {
    at::manual_seed(4);
    for (int i = 0; i < 3; ++i) {
      weights.push_back(at::randn({5, 5}, at::kDouble).requires_grad_(true));
    }
  }
  at::Tensor operator()(model::BlockRunner* runner, const at::Tensor& in) const {
    at::Tensor x = in;
    for (size_t i = 0; i < 3; ++i) {
      x = model::run_block(runner, i, {x}, [this, i](const auto& inputs) {
        ++calls;
        return at::mm(inputs[0], weights[i]).tanh();
      });
    }
    return x.sum();
  }
  std::vector<at::Tensor> gradients(model::BlockRunner* runner, const at::Tensor& in) {
    for (at::Tensor& weight : weights) { weight.mutable_grad() = at::Tensor(); }
    (*this)(runner, in).backward();
    std::vector<at::Tensor> result;
    for (const at::Tensor& weight : weights) { result.push_back(weight.grad().clone()); }
    result.push_back(in.requires_grad() ? in.grad().clone() : at::zeros({1}, at::kDouble));
    return result;
  }
};

bool are_equal(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (!at::equal(a[i], b[i])) { return false; }
  }
  return a.size() == b.size();
}

at::Tensor fresh_input() {
  at::manual_seed(5);
  return at::randn({2, 5}, at::kDouble).requires_grad_(true);
}

}  // namespace

TEST_CASE("passes: a form is told of each block, and gradients are what they are without it") {
  Chain chain;
  const auto plain = chain.gradients(nullptr, fresh_input());
  Notes notes;
  BlockPasses passes(notes, 3, Activations::kept);
  CHECK(are_equal(chain.gradients(&passes, fresh_input()), plain));
  CHECK(notes.said == "f0 f1 f2 b2 e2 b1 e1 b0 e0 ");
}

TEST_CASE("passes: a block is computed again in its backward, but for the last, to the same bits") {
  Chain chain;
  const auto plain = chain.gradients(nullptr, fresh_input());
  chain.calls = 0;
  Notes notes;
  BlockPasses passes(notes, 3, Activations::recomputed);
  CHECK(are_equal(chain.gradients(&passes, fresh_input()), plain));
  CHECK(chain.calls == 5);
  CHECK(notes.said == "f0 f1 f2 b2 e2 b1 e1 b0 e0 ");
}

TEST_CASE("passes: where nothing comes in that needs a gradient, the block's own gradients land") {
  Chain chain;
  const at::Tensor in = fresh_input().detach();
  const auto plain = chain.gradients(nullptr, in);
  Notes notes;
  BlockPasses passes(notes, 3, Activations::recomputed);
  CHECK(are_equal(chain.gradients(&passes, in), plain));
  CHECK(notes.said == "f0 f1 f2 b2 e2 b1 e1 b0 ");
}

TEST_CASE("passes: without a graph, blocks are only told") {
  const Chain chain;
  Notes notes;
  BlockPasses passes(notes, 3, Activations::recomputed);
  const at::NoGradGuard guard;
  CHECK_FALSE(chain(&passes, fresh_input()).requires_grad());
  CHECK(notes.said == "f0 f1 f2 ");
}
