// enigma-sweep resume: a held run goes on; a failed or cancelled one, from its last checkpoint.

#include "orchestrator/cli/request.h"
#include "orchestrator/cli/verbs.h"

namespace enigma::cli {

int resume(const Invocation& invocation) {
  return request_runs(invocation, "/api/v1/resume", "resumed");
}

}  // namespace enigma::cli
