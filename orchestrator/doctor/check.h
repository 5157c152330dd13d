// One question of `doctor`, and what was found.
#pragma once

#include <string>
#include <vector>

namespace enigma::doctor {

struct Check {
  std::string name;
  bool ok = true;      ///< false: runs will not work as they are, until this is changed
  std::string found;   ///< empty: nothing could be found out
  std::string advice;  ///< what to change, or what to keep in mind; empty: nothing
};
using Checks = std::vector<Check>;

}  // namespace enigma::doctor
