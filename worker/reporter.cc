#include "worker/reporter.h"

#include <chrono>
#include <utility>

namespace enigma::worker {

Reporter::Reporter(const Environment& environment)
    : spool_(environment.attempt_dir, environment.run, environment.identity),
      poster_({environment.report_url, environment.report_pin, environment.token_file},
              spool_.path()) {}

void Reporter::say(protocol::Body body) {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  const bool durable = !std::holds_alternative<protocol::Metrics>(body);
  spool_.append(std::move(body), now.count(), durable);
  poster_.wake();
}

}  // namespace enigma::worker
