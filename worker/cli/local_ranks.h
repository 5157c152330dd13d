// Further processes of this program on this machine: the other ranks of a command.
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace enigma::worker {

class LocalRanks {
 public:
  /// Starts ranks 1 … world − 1 with these arguments; what they say of errors goes where this
  /// program's does. Throws std::system_error where the system refuses.
  LocalRanks(const std::vector<std::string>& args, int64_t world);
  /// Those that still run are killed.
  ~LocalRanks();
  LocalRanks(const LocalRanks&) = delete;
  LocalRanks& operator=(const LocalRanks&) = delete;

  /// Waits for all. Throws std::runtime_error with the first rank that failed.
  void wait();

 private:
  std::vector<pid_t> running_;
};

}  // namespace enigma::worker
