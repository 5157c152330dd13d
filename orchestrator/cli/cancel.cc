// enigma-sweep cancel: a run, or every run of a sweep, stops and stays stopped.

#include "orchestrator/cli/request.h"
#include "orchestrator/cli/verbs.h"

namespace enigma::cli {

int cancel(const Invocation& invocation) {
  return request_runs(invocation, "/api/v1/cancel", "cancelled");
}

}  // namespace enigma::cli
