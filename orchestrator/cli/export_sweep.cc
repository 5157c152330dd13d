// enigma-sweep export: one row a run, for laws and notebooks.

#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/export.h"
#include "orchestrator/documents/metrics.h"

#include <iostream>

namespace enigma::cli {

namespace po = boost::program_options;

int export_sweep(const Invocation& invocation) {
  po::options_description options("export");
  options.add_options()("sweep", po::value<std::string>(), "the sweep")(
      "csv", po::bool_switch(), "comma-separated (the default without --json)");
  po::positional_options_description positional;
  positional.add("sweep", 1);
  const auto values = parse_options(invocation, "export SWEEP [options]", options, positional);
  if (!values) { return kDone; }
  const std::string name = required(*values, "sweep");
  const auto store = store_of(invocation);
  const std::string sweep = sweep_named(store, name);
  auto rows = documents::export_rows(store, sweep);
  if (invocation.json && !(*values)["csv"].as<bool>()) {
    print_document(invocation, {{"sweep", sweep}, {"rows", std::move(rows)}});
  } else {
    std::cout << documents::to_csv(rows);
  }
  return kDone;
}

}  // namespace enigma::cli
