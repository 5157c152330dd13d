// The executors that a spec, or the command line in its place, may name.
#pragma once

#include <string>
#include <vector>

namespace enigma::sweeps {

inline const std::vector<std::string>& executor_names() {
  static const std::vector<std::string> names = {"local", "slurm"};
  return names;
}

}  // namespace enigma::sweeps
