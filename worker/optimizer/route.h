// How one parameter's gradient and value travel between ranks in a step: communication as data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace enigma::worker {

/// What happens to a parameter between two steps, in words of the field.
enum class Road {
  none,        ///< one rank has it: nothing travels
  all_reduce,  ///< every rank has it, sums its gradient, and steps it
  /// its gradient is summed where it is stepped, and its value is gathered from there
  reduce_scatter_all_gather,
  /// its parts are gathered before each use, and its gradient is summed part by part
  all_gather_reduce_scatter,
  /// … and the parts of the copies of the model are summed, too
  all_gather_reduce_scatter_all_reduce,
};
const char* name_of(Road road);

struct Route {
  std::string parameter;
  int64_t elements = 0;
  bool is_matrix = false;  ///< stepped by Muon
  Road road = Road::none;
  // Turns in a step, from 1; what has the same turn travels together.
  std::optional<int64_t> sum_turn;
  std::optional<int64_t> step_turn;
};

}  // namespace enigma::worker
