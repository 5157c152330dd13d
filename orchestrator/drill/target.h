// The run that a rehearsal strikes: where its attempt is at work.
#pragma once

#include "db/run.h"
#include "orchestrator/launch/process.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace enigma::drill {

struct Target {
  std::string run;
  int64_t attempt = 0;
  std::string folder;  ///< of the attempt, as its worker is told it
  launch::Process launcher;
  std::string job;                 ///< of a scheduler; empty: none
  std::vector<std::string> nodes;  ///< of the job, on which its ranks are at work
};

/// The attempt at work; nothing, and `why` filled, where there is none.
std::optional<Target> target_of(const std::filesystem::path& store, const db::Run& run,
                                std::string& why);

}  // namespace enigma::drill
