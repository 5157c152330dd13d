// enigma-sweep explain: why a run is not running, and what its id is made of.

#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/columns.h"
#include "orchestrator/documents/explanation.h"
#include "orchestrator/serve/clock.h"
#include "orchestrator/serve/ownership.h"

#include <fmt/format.h>

#include <iostream>

namespace enigma::cli {

namespace {

namespace po = boost::program_options;

std::string joined(const documents::Json& parts, const char* between) {
  return fmt::format("{}", fmt::join(parts.get<std::vector<std::string>>(), between));
}

}  // namespace

int explain(const Invocation& invocation) {
  po::options_description options("explain");
  options.add_options()("run", po::value<std::string>(), "run (the first digits will do)");
  po::positional_options_description positional;
  positional.add("run", 1);
  const auto values = parse_options(invocation, "explain RUN", options, positional);
  if (!values) { return kDone; }
  const std::string name = required(*values, "run");
  const auto store = store_of(invocation);
  const std::string id = run_named(store, name);
  const auto controller = read_address(std::filesystem::absolute(invocation.store));
  const auto slots = controller ? std::optional(controller->slots) : std::nullopt;
  const auto document = *documents::explanation(store, id, slots, wall_clock_s());
  if (invocation.json) {
    print_document(invocation, document);
    return kDone;
  }
  const auto& why = document["why"];
  std::cout << documents::wrapped(id + ": " + why.get<std::string>(), 2)
            << documents::wrapped("identity: " + joined(document["identity"]["included"], ", "), 2)
            << documents::wrapped("not in it: " + joined(document["identity"]["excluded"], ", "),
                                  2);
  return kDone;
}

}  // namespace enigma::cli
