#include "worker/cli/local_ranks.h"

#include "processes/program.h"
#include "processes/wait.h"

#include <filesystem>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace enigma::worker {
namespace {

std::vector<std::string> variables_of(int64_t rank, int64_t world) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) { variables.emplace_back(*entry); }
  variables.push_back("ENIGMA_RANK=" + std::to_string(rank));
  variables.push_back("ENIGMA_WORLD=" + std::to_string(world));
  return variables;
}

}  // namespace

LocalRanks::LocalRanks(const std::vector<std::string>& args, int64_t world) {
  Program program{.words = {std::filesystem::read_symlink("/proc/self/exe").string()}};
  program.words.insert(program.words.end(), args.begin(), args.end());
  for (int64_t rank = 1; rank < world; ++rank) {
    program.variables = variables_of(rank, world);
    running_.push_back(start(program));
  }
}

LocalRanks::~LocalRanks() {
  for (const pid_t child : running_) { kill_and_wait(child); }
}

void LocalRanks::wait() {
  for (int64_t rank = 1; !running_.empty(); ++rank) {
    const int status = wait_for(running_.front());
    running_.erase(running_.begin());
    if (status != 0) {
      throw std::runtime_error("rank " + std::to_string(rank) + ": " + text_of_status(status));
    }
  }
}

}  // namespace enigma::worker
