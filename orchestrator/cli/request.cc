// enigma-sweep cancel and resume: a run, or every run of a sweep, stops and stays stopped; what is
// held, failed or cancelled goes on from its last checkpoint.

#include "orchestrator/cli/background.h"
#include "orchestrator/cli/verbs.h"

#include <fmt/format.h>

#include <iostream>

namespace enigma::cli {

namespace po = boost::program_options;

namespace {

/// `path` is the controller's address, `done` the word for the runs that changed ("cancelled").
/// Starts a controller where none runs: it is the one writer of the store.
int request_runs(const Invocation& invocation, const std::string& path, const std::string& done) {
  po::options_description options(invocation.verb);
  options.add_options()("name", po::value<std::string>(), "run or sweep");
  po::positional_options_description positional;
  positional.add("name", 1);
  const auto values =
      parse_options(invocation, invocation.verb + " RUN|SWEEP", options, positional);
  if (!values) { return kDone; }
  const std::string name = required(*values, "name");
  if (!std::filesystem::exists(invocation.store / "runs.db")) {
    return not_found(invocation, "there is no store at " + invocation.store.string(),
                     "--store DIR names it");
  }
  try {
    const auto document = post_to(ensure_controller(invocation).address, path, {{"name", name}});
    if (invocation.json) {
      print_document(invocation, document);
    } else {
      std::cout << fmt::format("{} of {} runs {}\n", document.at("changed").size(),
                               document.at("runs").size(), done);
    }
    return kDone;
  } catch (const NotFound& absent) {
    return not_found(invocation, absent.what(), "'enigma-sweep status' lists them");
  }
}

}  // namespace

int cancel(const Invocation& invocation) {
  return request_runs(invocation, "/api/v1/cancel", "cancelled");
}

int resume(const Invocation& invocation) {
  return request_runs(invocation, "/api/v1/resume", "resumed");
}

}  // namespace enigma::cli
