// Matrix-multiplication FLOPs of the operators that this thread runs, for tests: what the counts of
// the pure shapes are held against.
#pragma once

#include <ATen/ATen.h>
#include <ATen/record_function.h>

#include <map>
#include <memory>
#include <string>

namespace enigma::model {

class ExecutedFlops {
 public:
  ExecutedFlops() {
    sum() = 0;
    handle_ = at::addThreadLocalCallback(
        at::RecordFunctionCallback(&note).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
  }
  ~ExecutedFlops() { at::removeCallback(handle_); }
  ExecutedFlops(const ExecutedFlops&) = delete;
  ExecutedFlops& operator=(const ExecutedFlops&) = delete;

  double flops() const { return sum(); }

 private:
  static double& sum() {
    thread_local double flops = 0;
    return flops;
  }

  /// 2 · rows · inner · columns of a product, over all of a batch: `a` (…, rows, inner).
  static double product(const at::Tensor& a, const at::Tensor& b) {
    return 2 * static_cast<double>(a.numel()) * static_cast<double>(b.size(-1));
  }

  /// Of a convolution: every output element takes one weight of each input channel and tap.
  static double convolution(const at::RecordFunction& call) {
    const auto inputs = call.inputs();
    const at::Tensor x = inputs[0].toTensor(), w = inputs[1].toTensor();
    const auto stride = inputs[3].toIntVector(), padding = inputs[4].toIntVector();
    double outputs = static_cast<double>(x.size(0) * w.size(0));
    for (int64_t k = 0; k < w.dim() - 2; ++k) {
      const auto axis = static_cast<size_t>(k);
      outputs *= static_cast<double>(
          (x.size(k + 2) + 2 * padding[axis] - w.size(k + 2)) / stride[axis] + 1);
    }
    return 2 * outputs * static_cast<double>(w.numel() / w.size(0));
  }

  static std::unique_ptr<at::ObserverContext> note(const at::RecordFunction& call) {
    const std::string name = call.name();
    const auto inputs = call.inputs();
    const auto tensor = [&](size_t i) { return inputs[i].toTensor(); };
    if (name == "aten::mm" || name == "aten::bmm") { sum() += product(tensor(0), tensor(1)); }
    if (name == "aten::addmm" || name == "aten::addmm_" || name == "aten::baddbmm") {
      sum() += product(tensor(1), tensor(2));
    }
    if (name == "aten::mv") { sum() += 2 * static_cast<double>(tensor(0).numel()); }
    if (name == "aten::_scaled_dot_product_flash_attention_for_cpu") {
      sum() += 2 * product(tensor(0), tensor(1).transpose(-1, -2));
    }
    if (name == "aten::convolution") { sum() += convolution(call); }
    return nullptr;
  }

  at::CallbackHandle handle_;
};

}  // namespace enigma::model
