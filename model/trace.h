// Intermediate results of one forward pass by name, for tests and for looking inside.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

namespace enigma::model {

using Trace = std::map<std::string, at::Tensor>;

/// Notes `tensor` where someone asked for it.
inline void note(Trace* trace, const std::string& name, const at::Tensor& tensor) {
  if (trace) { (*trace)[name] = tensor; }
}

}  // namespace enigma::model
