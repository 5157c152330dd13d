// enigma-sweep status: sweeps and runs, and how far they are.

#include "orchestrator/documents/status.h"

#include "orchestrator/call/background.h"
#include "orchestrator/call/lookup.h"
#include "orchestrator/call/progress.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/run_table.h"
#include "orchestrator/serve/ownership.h"

#include <iostream>

namespace enigma::cli {

namespace po = boost::program_options;

int status(const Invocation& invocation) {
  po::options_description options("status");
  options.add_options()("sweep", po::value<std::string>(), "of this sweep alone");
  po::positional_options_description positional;
  positional.add("sweep", 1);
  const auto values = parse_options(invocation, "status [SWEEP]", options, positional);
  if (!values) { return kDone; }
  const auto store = store_of(invocation);
  std::optional<std::string> sweep;
  if (values->count("sweep") > 0) { sweep = sweep_named(store, required(*values, "sweep")); }
  const auto controller = read_address(std::filesystem::absolute(invocation.store));
  if (const auto why = waiting_of(std::filesystem::absolute(invocation.store))) {
    std::cerr << "the controller waits: " << *why << "\n";
  }
  if (invocation.json) {
    print_document(invocation, documents::status(store, sweep, document_of(controller)));
    return kDone;
  }
  std::cout << documents::run_table(documents::views(store, sweep), invocation.color);
  const auto progress = progress_of(sweep ? store.runs_of(*sweep) : store.runs(), {});
  std::cout << (progress.runs == 0 ? "no runs" : to_text(progress, std::nullopt)) << "\n";
  const std::string stranded = stranded_text(progress, controller.has_value());
  if (!stranded.empty()) { std::cout << stranded << "\n"; }
  return kDone;
}

}  // namespace enigma::cli
