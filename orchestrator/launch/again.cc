#include "orchestrator/launch/again.h"

#include "orchestrator/launch/exit_codes.h"

#include <algorithm>
#include <array>
#include <csignal>

namespace enigma::launch {
namespace {

constexpr std::array<int, 8> kFinal{0,          kBadPoint, kBadData,      kInternalFault,
                                    kNonFinite, kDiskFull, kNoCheckpoint, kChainEnds};

bool is_final(int code) {
  return std::find(kFinal.begin(), kFinal.end(), code) != kFinal.end();
}

}  // namespace

bool ends_chain(const Exit& exit) {
  return !exit.error.empty() || (exit.code && is_final(*exit.code));
}

bool may_start_again(const Exit& exit, bool was_asked_to_stop, int short_starts) {
  if (was_asked_to_stop || short_starts >= kShortStartsMax || !exit.error.empty()) { return false; }
  if (!exit.code) { return true; }
  return !is_preemption(*exit.code) && !is_final(*exit.code);
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
