// enigma-sweep metrics: everything that a run reported, unsampled.

#include "orchestrator/documents/metrics.h"

#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"

#include <iostream>

namespace enigma::cli {

namespace po = boost::program_options;

int metrics(const Invocation& invocation) {
  po::options_description options("metrics");
  options.add_options()("run", po::value<std::string>(), "run (the first digits will do)")(
      "csv", po::bool_switch(), "comma-separated (the default without --json)")(
      "all-attempts", po::bool_switch(), "also what a later attempt took back");
  po::positional_options_description positional;
  positional.add("run", 1);
  const auto values = parse_options(invocation, "metrics RUN [options]", options, positional);
  if (!values) { return kDone; }
  const std::string name = required(*values, "run");
  const auto store = store_of(invocation);
  const std::string id = run_named(store, name);
  auto rows = documents::rows_json(
      documents::metric_values(store, id, (*values)["all-attempts"].as<bool>()));
  if (invocation.json && !(*values)["csv"].as<bool>()) {
    print_document(invocation, {{"run", id}, {"rows", std::move(rows)}});
  } else {
    std::cout << documents::to_csv(rows);
  }
  return kDone;
}

}  // namespace enigma::cli
