// One seed: a sweep under faults, then in calm weather until everything has come to its end.
#pragma once

#include "tests/simulation/mortal_executor.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace enigma::simulation {

struct Outcome {
  std::vector<std::string> problems;  ///< empty: every check held
  std::string options;                ///< as drawn, for people
  std::string log;                    ///< everything that happened, byte for byte
  int64_t ticks = 0, attempts = 0;
  std::map<std::string, int64_t> states;  ///< of the runs at the end
};

/// With a fault put in on purpose, some seeds must show a problem.
Outcome simulate(uint64_t seed, Fault fault = Fault::none);

}  // namespace enigma::simulation
