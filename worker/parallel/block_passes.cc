#include "worker/parallel/block_passes.h"

#include <ATen/Functions.h>
#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace enigma::parallel {
namespace {

using torch::autograd::variable_list;

bool needs_gradient(const at::Tensor& tensor) {
  return tensor.requires_grad();
}

/// Gives gradients on as they are, and says that backward has come here.
class Signal : public torch::autograd::Node {
 public:
  Signal(torch::autograd::edge_list next, std::function<void()> call)
      : Node(std::move(next)), call_(std::move(call)) {}
  variable_list apply(variable_list&& gradients) override {
    call_();
    return std::move(gradients);
  }

 private:
  std::function<void()> call_;
};

template <typename Kind, typename... Arguments>
std::shared_ptr<Kind> make_node(Arguments&&... arguments) {
  return {new Kind(std::forward<Arguments>(arguments)...), torch::autograd::deleteNode};
}

/// The tensors behind a node that backward passes: those that need no gradient stay as they are.
std::vector<at::Tensor> signalled(const std::vector<at::Tensor>& tensors,
                                  std::function<void()> call) {
  variable_list passing;
  std::copy_if(tensors.begin(), tensors.end(), std::back_inserter(passing), needs_gradient);
  if (passing.empty()) { return tensors; }
  const auto node =
      make_node<Signal>(torch::autograd::collect_next_edges(passing), std::move(call));
  std::vector<at::Tensor> result = tensors;
  for (at::Tensor& tensor : result) {
    if (!needs_gradient(tensor)) { continue; }
    tensor = tensor.variable_data();
    torch::autograd::set_history(tensor, node);
  }
  return result;
}

/// The rounding that autocast has chosen, as it is now, for a pass of later.
class Rounding {
 public:
  explicit Rounding(at::DeviceType device)
      : device_(device),
        on_(at::autocast::is_autocast_enabled(device)),
        type_(at::autocast::get_autocast_dtype(device)) {}

  void choose() const {
    at::autocast::set_autocast_enabled(device_, on_);
    at::autocast::set_autocast_dtype(device_, type_);
  }

 private:
  at::DeviceType device_;
  bool on_;
  at::ScalarType type_;
};

/// While it lives, the rounding is that of an earlier moment.
class AsThen {
 public:
  AsThen(const Rounding& then, at::DeviceType device) : now_(device) { then.choose(); }
  ~AsThen() {
    at::autocast::clear_cache();
    now_.choose();
  }
  AsThen(const AsThen&) = delete;
  AsThen& operator=(const AsThen&) = delete;

 private:
  Rounding now_;
};

/// A block that is computed again when its gradient comes.
class Recomputed : public torch::autograd::Node {
 public:
  struct Pass {
    std::vector<at::Tensor> inputs;
    model::Block block;
    Rounding rounding;
    std::function<void()> before, after;
  };
  Recomputed(torch::autograd::edge_list next, Pass pass)
      : Node(std::move(next)), pass_(std::move(pass)) {}

  variable_list apply(variable_list&& gradients) override {
    const Pass pass = std::move(*pass_);
    pass_.reset();
    pass.before();
    std::vector<at::Tensor> inputs;
    for (const at::Tensor& input : pass.inputs) {
      inputs.push_back(input.detach().requires_grad_(needs_gradient(input)));
    }
    const at::Tensor output = again(pass, inputs);
    torch::autograd::backward({output}, {gradients.at(0)});
    pass.after();
    variable_list result;
    for (const at::Tensor& input : inputs) { result.push_back(input.grad()); }
    return result;
  }

  void release_variables() override { pass_.reset(); }

 private:
  static at::Tensor again(const Pass& pass, const std::vector<at::Tensor>& inputs) {
    const at::AutoGradMode with_graph(true);
    const AsThen rounding(pass.rounding, inputs.at(0).device().type());
    return pass.block(inputs);
  }

  std::optional<Pass> pass_;
};

at::Tensor recomputed(Recomputed::Pass pass) {
  at::Tensor output;
  {
    const at::NoGradGuard without_graph;
    output = pass.block(pass.inputs);
  }
  const auto edges = torch::autograd::collect_next_edges(pass.inputs);
  torch::autograd::set_history(output, make_node<Recomputed>(edges, std::move(pass)));
  return output;
}

}  // namespace

at::Tensor BlockPasses::run(size_t number, const std::vector<at::Tensor>& inputs,
                            const model::Block& block) {
  form_.before_forward(number);
  if (!at::GradMode::is_enabled()) { return block(inputs); }
  const auto before = [this, number] { form_.before_backward(number); };
  const auto after = [this, number] { form_.after_backward(number); };
  const bool again = activations_ == Activations::recomputed && number + 1 < blocks_ &&
                     std::any_of(inputs.begin(), inputs.end(), needs_gradient);
  if (again) {
    return recomputed({inputs, block, Rounding(inputs[0].device().type()), before, after});
  }
  return signalled({block(signalled(inputs, after))}, before)[0];
}

}  // namespace enigma::parallel
