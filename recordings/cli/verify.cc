// enigma-data verify: reads everything; leaves with 2 where something is wrong.
#include "recordings/verify.h"

#include "recordings/cli/progress.h"
#include "recordings/cli/verbs.h"

#include <fmt/format.h>

namespace enigma::recordings::cli {

options::options_description verify_options() {
  return reading_options();
}

int verify(const Words& words) {
  const auto values = parse(words, verify_options(), "DIR", "the folder of recordings");
  VerifyOptions how;
  how.cache = values["cache"].as<std::string>();
  how.progress = sessions_progress;
  const Verified verified = recordings::verify(existing(values["DIR"].as<std::string>()), how);
  print_diagnostics(verified.diagnostics);
  if (values.count("json")) {
    print_document("verify", {{"sessions", verified.sessions},
                              {"diagnostics", enigma::to_json(verified.diagnostics)}});
  } else if (verified.diagnostics.empty()) {
    fmt::print("{} sessions, nothing wrong\n", verified.sessions);
  }
  return verified.diagnostics.empty() ? kDone : kWrongInput;
}

}  // namespace enigma::recordings::cli
