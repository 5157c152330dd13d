#include "orchestrator/launch/again.h"

#include <algorithm>
#include <array>
#include <csignal>

namespace enigma::launch {
namespace {

/// Of the contract: done, bad point, bad data, internal fault, loss, disk, checkpoint, preempted
/// (with and without one), the chain ends.
constexpr std::array<int, 10> kFinal{0, 64, 65, 70, 71, 73, 74, 75, 76, 77};

}  // namespace

bool may_start_again(const Exit& exit, bool was_asked_to_stop, int short_starts) {
  if (was_asked_to_stop || short_starts >= kShortStartsMax || !exit.error.empty()) { return false; }
  return !exit.code || std::find(kFinal.begin(), kFinal.end(), *exit.code) == kFinal.end();
}

std::vector<std::string> suspects_of(const std::vector<RankExit>& ranks) {
  std::vector<std::string> nodes;
  for (const RankExit& rank : ranks) {
    // Ranks that srun ends because of another one get SIGTERM first.
    const bool was_lost = rank.signal != 0 && rank.signal != SIGTERM;
    if (was_lost && std::find(nodes.begin(), nodes.end(), rank.node) == nodes.end()) {
      nodes.push_back(rank.node);
    }
  }
  return nodes;
}

}  // namespace enigma::launch
