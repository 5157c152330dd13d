// enigma-data verify: reads everything; leaves with 2 where something is wrong.
#include "recordings/cli/progress.h"
#include "recordings/cli/verbs.h"
#include "recordings/manifest.h"

#include <fmt/format.h>

namespace enigma::recordings::cli {

options::options_description verify_options() {
  return reading_options();
}

int verify(const Words& words) {
  const auto values = parse(words, verify_options(), "DIR", "the folder of recordings");
  InspectOptions how;
  how.cache = values["cache"].as<std::string>();
  how.digests = false;
  how.progress = sessions_progress;
  const Manifest manifest = recordings::inspect(existing(values["DIR"].as<std::string>()), how);
  std::vector<Diagnostic> problems;
  for (const SessionInfo& session : manifest.sessions)
    problems.insert(problems.end(), session.problems.begin(), session.problems.end());
  print_diagnostics(problems);
  if (values.count("json"))
    print_document("verify", {{"sessions", manifest.sessions.size()},
                              {"diagnostics", enigma::to_json(problems)}});
  else if (problems.empty())
    fmt::print("{} sessions, nothing wrong\n", manifest.sessions.size());
  return problems.empty() ? kDone : kWrongInput;
}

}  // namespace enigma::recordings::cli
