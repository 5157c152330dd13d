#include "recordings/format/session.h"

#include "recordings/manifest.h"
#include "recordings/shared_recordings.h"

#include <doctest/doctest.h>

namespace enigma::recordings {
TEST_CASE("manifest: the five real sessions are listed with their windows") {
  const auto shared = shared_recordings("manifest: five real sessions");
  if (shared.empty()) { return; }
  Manifest manifest = inspect(shared / "steinmetz", {});
  REQUIRE(manifest.sessions.size() == 5);
  const WindowRule rule = natural_rule(manifest);
  CHECK(rule.samples == 39);
  CHECK(rule.rate_hz == 100);
  CHECK(rule.align == Align::trial);
  InspectOptions options;
  options.rule = rule;
  manifest = inspect(shared / "steinmetz", options);
  const int64_t neurons[] = {178, 533, 228, 120, 99};
  const int64_t trials[] = {214, 251, 228, 249, 254};
  const int64_t validation[] = {31, 36, 33, 36, 36};
  const int64_t test[] = {30, 35, 32, 35, 36};
  for (size_t i = 0; i < 5; ++i) {
    SessionInfo& info = manifest.sessions[i];
    CHECK(info.neurons == neurons[i]);
    CHECK(info.problems.empty());
    CHECK(info.animal == (i < 3 ? "Cori" : "Forssmann"));
    CHECK(info.tiers["train"].windows + info.tiers["validation"].windows +
              info.tiers["test"].windows ==
          trials[i]);
    CHECK(info.tiers["validation"].windows == validation[i]);
    CHECK(info.tiers["test"].windows == test[i]);
  }
}

}  // namespace enigma::recordings
