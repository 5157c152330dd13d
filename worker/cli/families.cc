#include "worker/cli/families.h"

#include "worker/brain/brain.h"
#include "worker/causal/causal.h"
#include "worker/ending.h"

#include <map>

namespace enigma::worker {

OpenFamily family_of(const sweeps::Point& point) {
  static const std::map<std::string, OpenFamily> table = {{"brain", open_brain},
                                                          {"causal", open_causal}};
  const auto found = table.find(point.family);
  if (found == table.end()) {
    throw Ending(protocol::ExitCode::bad_point, "no family is called '" + point.family + "'");
  }
  return found->second;
}

}  // namespace enigma::worker
