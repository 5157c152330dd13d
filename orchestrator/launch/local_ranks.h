// The ranks of a worker as processes of this machine, where no scheduler starts them.
#pragma once

#include <cstdint>
#include <string>

namespace enigma::launch {

/// Starts `ranks` of them, each under run_rank(), and waits for all. What is asked of this process
/// is asked of each. Where one fails the others are ended, as srun does it: with SIGTERM, and after
/// half a minute with SIGKILL. Gives the exit code of the first that failed, 0 where none did.
int run_local_ranks(int64_t ranks, const std::string& attempt_folder, const std::string& worker);

}  // namespace enigma::launch
