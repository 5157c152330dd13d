#include "tests/fake_worker/behavior.h"

#include <sstream>
#include <stdexcept>

namespace enigma::fake {
namespace {

void take(Behavior& behavior, const std::string& key, const std::string& value) {
  if (key == "seconds") {
    behavior.seconds = std::stod(value);
  } else if (key == "die_at") {
    behavior.die_at = std::stod(value);
  } else if (key == "hang_at") {
    behavior.hang_at = std::stod(value);
  } else if (key == "exit") {
    behavior.exit = std::stoi(value);
  } else if (key == "signal") {
    behavior.signal = std::stoi(value);
  } else if (key == "rank") {
    behavior.rank = std::stoll(value);
  } else if (key == "says") {
    behavior.says = value;
  } else if (key == "first") {
    behavior.first = true;
  } else if (key == "silent") {
    behavior.silent = true;
  } else if (key == "bad_line") {
    behavior.bad_line = std::stoll(value);
  } else if (key == "cut_end") {
    behavior.cut_end = true;
  } else if (key == "torn") {
    behavior.torn = true;
  } else {
    throw std::invalid_argument("ENIGMA_FAKE: unknown word '" + key + "'");
  }
}

}  // namespace

Behavior behavior_of(const std::string& words) {
  Behavior behavior;
  std::istringstream parts(words);
  for (std::string part; std::getline(parts, part, ',');) {
    const size_t equals = part.find('=');
    take(behavior, part.substr(0, equals),
         equals == std::string::npos ? "" : part.substr(equals + 1));
  }
  return behavior;
}

}  // namespace enigma::fake
