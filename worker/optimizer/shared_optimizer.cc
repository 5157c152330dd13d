#include "worker/optimizer/shared_optimizer.h"

#include <c10/core/GradMode.h>

#include <cmath>

namespace enigma::worker {

double SharedOptimizer::norm(int64_t lanes) const {
  return std::sqrt(squares()) / static_cast<double>(lanes);
}

double SharedOptimizer::step(SharedRates rates, int64_t lanes) {
  const at::NoGradGuard guard;
  const double before = norm(lanes);
  if (std::isfinite(before)) {
    take_step(rates, static_cast<double>(lanes) * clip_divisor(before));
  }
  return before;
}

void SharedOptimizer::drop_gradients() const {
  const at::NoGradGuard guard;
  for (const at::Tensor& gradient : gradients()) { gradient.zero_(); }
}

double sum_and_step(SharedOptimizer& optimizer, SharedRates rates, int64_t lanes) {
  optimizer.start_sums();
  optimizer.wait_for_sums();
  const double norm = optimizer.step(rates, lanes);
  optimizer.hold_values();
  return norm;
}

std::optional<size_t> block_of(const std::string& parameter,
                               const std::vector<std::string>& blocks) {
  for (size_t block = 0; block < blocks.size(); ++block) {
    if (parameter.starts_with(blocks[block])) { return block; }
  }
  return std::nullopt;
}

}  // namespace enigma::worker
