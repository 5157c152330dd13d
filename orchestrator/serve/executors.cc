#include "orchestrator/serve/executors.h"

#include "orchestrator/attempts/signature_file.h"
#include "orchestrator/local/cores.h"
#include "orchestrator/serve/clock.h"

#include <algorithm>
#include <utility>

namespace enigma {
namespace {

/// Between two looks at a scheduler's queue, and at the files of its runs.
constexpr double kLook_s = 5;

}  // namespace

decide::Policy policy_of(int64_t slots) {
  decide::Policy policy = decide::default_policy();
  const auto cores = static_cast<int64_t>(local::allowed_cores().size());
  policy.slots = slots > 0 ? slots : std::max<int64_t>(cores, 1);
  return policy;
}

DrivenExecutors::DrivenExecutors(const ServeOptions& options, const std::string& report_url,
                                 std::function<std::string(const std::string& token)> bearer_of)
    : local_({options.store / "runs", options.programs / "enigma-launch", report_url,
              local::allowed_cores(), options.grace_s, bearer_of,
              attempts::signatures_of(options.store)}),
      slurm_({options.store, options.programs / "enigma-launch", options.report_url,
              options.grace_s, kLook_s, monotonic_s, std::move(bearer_of),
              attempts::signatures_of(options.store)}) {}

decide::Executors DrivenExecutors::by_name() {
  return decide::Executors({{"local", &local_}, {"slurm", &slurm_}});
}

}  // namespace enigma
