// Collectives of processes on CPUs: c10d's ProcessGroupGloo, which is part of LibTorch.
#pragma once

#include "worker/parallel/collectives.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace enigma::parallel {

struct GlooPlace {
  std::filesystem::path folder;  ///< of the attempt: where the ranks meet
  int64_t rank = 0, world = 1;
  std::string interface;  ///< network interface; empty: that of the host's name
  std::chrono::milliseconds init_deadline{120'000}, deadline{60'000};
};

/// Joins the ranks of an attempt. Throws PeerLost where they do not all come within the deadline of
/// the start; a collective that is not done within its own counts as a lost peer.
std::unique_ptr<Collectives> join_gloo(const GlooPlace& place);

/// This machine's name, as its peers may know it; empty where it has none.
std::string host_name();

}  // namespace enigma::parallel
