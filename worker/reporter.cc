#include "worker/reporter.h"

#include "worker/clock/clock.h"

#include <utility>

namespace enigma::worker {

Reporter::Voice::Voice(const Environment& environment)
    : spool(environment.attempt_dir, environment.run, environment.identity),
      poster({environment.report_url, environment.report_pin, environment.token_file},
             spool.path()) {}

Reporter::Reporter(const Environment& environment) {
  if (environment.rank == 0) { voice_.emplace(environment); }
}

void Reporter::say(protocol::Body body) {
  if (!voice_) { return; }
  const double at_s = static_cast<double>(wall_clock_ns()) * 1e-9;
  const bool durable = !std::holds_alternative<protocol::Metrics>(body);
  voice_->spool.append(std::move(body), at_s, durable);
  voice_->poster.wake();
}

}  // namespace enigma::worker
