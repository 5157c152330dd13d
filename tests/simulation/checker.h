// What must hold whatever happens. The checkers look at the world as well as at the table.
#pragma once

#include "tests/simulation/host.h"
#include "tests/simulation/world.h"

#include <map>
#include <string>
#include <vector>

namespace enigma::simulation {

class Checker {
 public:
  /// After each turn of a controller that is up. Gives what is wrong; empty: nothing.
  std::vector<std::string> check(const Host& host, const World& world);
  /// When everything should be over.
  std::vector<std::string> check_end(const Host& host, const World& world);

 private:
  struct Seen {
    db::Run run;
    size_t resumes = 0;
  };
  std::map<std::string, Seen> before_;
  bool used_up_ = false;  ///< the sweep's ceiling, after the turn before
};

}  // namespace enigma::simulation
