#include "worker/run_layout.h"

#include "files/atomic_file.h"
#include "worker/parallel/gloo.h"

namespace enigma::worker {
namespace {

using Json = nlohmann::ordered_json;

/// How often an element passes, as a gradient or a value, in a step.
int64_t passes_of(Road road) {
  switch (road) {
    case Road::none:
      return 0;
    case Road::all_reduce:
      return 1;
    case Road::reduce_scatter_all_gather:
      return 2;
    case Road::all_gather_reduce_scatter:
    case Road::all_gather_reduce_scatter_all_reduce:
      return 3;  // values before forward and before backward, then gradients
  }
  return 0;
}

Json number_or_null(const std::optional<int64_t>& value) {
  return value ? Json(*value) : Json();
}

Json parameter_json(const Route& route) {
  return {{"name", route.parameter},
          {"elements", route.elements},
          {"class", route.is_matrix ? "shared matrix" : "shared"},
          {"road", name_of(route.road)},
          {"sum_turn", number_or_null(route.sum_turn)},
          {"step_turn", number_or_null(route.step_turn)}};
}

/// What belongs to a session stays with the rank of its lane.
Json session_json(const SessionLearner& session) {
  int64_t elements = 0;
  for (const Moments& moments : session.optimizer.moments()) { elements += moments.first.numel(); }
  return {{"name", session.name},        {"elements", elements}, {"class", "session"},
          {"road", name_of(Road::none)}, {"sum_turn", nullptr},  {"step_turn", nullptr}};
}

Json communication_json(const Training& training) {
  const sweeps::Point& point = training.file.point;
  const bool replicates = point.form == sweeps::Form::replicate || training.ranks.world() == 1;
  const auto element_bytes = static_cast<int64_t>(training.device.tensors.dtype().itemsize());
  auto parameters = Json::array();
  int64_t bytes = 0;
  for (const Route& route : training.learner.shared->routes()) {
    parameters.push_back(parameter_json(route));
    bytes += passes_of(route.road) * route.elements * element_bytes;
  }
  for (const SessionLearner& session : training.learner.sessions) {
    parameters.push_back(session_json(session));
  }
  return {{"form", name_of(replicates ? sweeps::Form::replicate : point.form)},
          {"schedule", replicates ? Json(name_of(point.schedule)) : Json()},
          {"bytes_per_step", bytes},
          {"parameters", std::move(parameters)}};
}

}  // namespace

Json layout_document(const Training& training, const std::vector<std::string>& nodes,
                     const std::vector<std::string>& devices) {
  auto ranks = Json::array();
  for (size_t rank = 0; rank < nodes.size(); ++rank) {
    ranks.push_back({{"rank", rank}, {"node", nodes[rank]}, {"device", devices[rank]}});
  }
  return {{"schema", "enigma.layout/1"},
          {"ranks", std::move(ranks)},
          {"communication", communication_json(training)}};
}

void write_layout(const Training& training) {
  const auto nodes = texts_of_all(training.ranks.collectives, parallel::host_name());
  const auto devices = texts_of_all(training.ranks.collectives, training.device.text);
  if (training.ranks.rank() != 0) { return; }
  write_atomically(training.environment.attempt_dir / "layout.json",
                   layout_document(training, nodes, devices)
                       .dump(1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace enigma::worker
