#include "orchestrator/cli/request.h"

#include "orchestrator/cli/background.h"

#include <fmt/format.h>

#include <iostream>

namespace enigma::cli {

namespace po = boost::program_options;

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

}  // namespace enigma::cli
