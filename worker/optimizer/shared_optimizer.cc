#include "worker/optimizer/shared_optimizer.h"

namespace enigma::worker {

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
