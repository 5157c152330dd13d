#include "worker/bench/limit.h"

namespace enigma::worker {

const char* name_of(Limit limit) {
  switch (limit) {
    case Limit::compute:
      return "compute";
    case Limit::data:
      return "data";
    case Limit::communication:
      break;
  }
  return "communication";
}

Limit limit_of(const TimeSplit& times) {
  const double compute_s = times.forward_s + times.backward_s + times.optimizer_s;
  if (times.communication_exposed_s > compute_s &&
      times.communication_exposed_s >= times.data_wait_s) {
    return Limit::communication;
  }
  return times.data_wait_s > compute_s ? Limit::data : Limit::compute;
}

}  // namespace enigma::worker
