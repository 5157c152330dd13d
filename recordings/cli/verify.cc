// enigma-data verify: reads everything; exits with 2 where something is wrong.
#include "recordings/verify.h"

#include "recordings/cli/progress.h"
#include "recordings/cli/verbs.h"

#include <fmt/format.h>

namespace enigma::recordings::cli {

int verify(const Call& call) {
  const auto parsed =
      parse(call, "verify DIR [options]", cache_option(), "DIR", "the folder of recordings");
  if (!parsed) { return kDone; }
  const auto& values = *parsed;
  VerifyOptions how;
  how.cache = values["cache"].as<std::string>();
  how.progress = sessions_progress;
  const Verified verified = recordings::verify(existing(required(values, "DIR")), how);
  print_diagnostics(verified.diagnostics);
  if (call.json) {
    print_document(call, {{"sessions", verified.sessions},
                          {"diagnostics", enigma::to_json(verified.diagnostics)}});
  } else if (verified.diagnostics.empty()) {
    fmt::print("{} sessions, nothing wrong\n", verified.sessions);
  }
  return verified.diagnostics.empty() ? kDone : kWrongInput;
}

}  // namespace enigma::recordings::cli
