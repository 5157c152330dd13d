#include "worker/reporter.h"

#include "worker/clock.h"

#include <utility>

namespace enigma::worker {

Reporter::Reporter(const Environment& environment)
    : spool_(environment.attempt_dir, environment.run, environment.identity),
      poster_({environment.report_url, environment.report_pin, environment.token_file},
              spool_.path()) {}

void Reporter::say(protocol::Body body) {
  const double at_s = static_cast<double>(wall_clock_ns()) * 1e-9;
  const bool durable = !std::holds_alternative<protocol::Metrics>(body);
  spool_.append(std::move(body), at_s, durable);
  poster_.wake();
}

}  // namespace enigma::worker
