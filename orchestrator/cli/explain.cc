// enigma-sweep explain: why a run is not running, and what its id is made of.

#include "orchestrator/cli/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/clock.h"
#include "orchestrator/documents/explanation.h"
#include "orchestrator/ownership.h"

#include <iostream>

namespace enigma::cli {

namespace po = boost::program_options;

int explain(const Invocation& invocation) {
  po::options_description options("explain");
  options.add_options()("run", po::value<std::string>(), "run (the first digits will do)");
  po::positional_options_description positional;
  positional.add("run", 1);
  const auto values = parse_options(invocation, "explain RUN", options, positional);
  if (!values) return kDone;
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
  std::cout << id << ": " << document["state"].get<std::string>()
            << (why.is_string() ? ": " + why.get<std::string>() : "") << "\nidentity: ";
  for (const auto& part : document["identity"]["included"]) {
    std::cout << part.get<std::string>() << " ";
  }
  std::cout << "\nnot in it: ";
  for (const auto& part : document["identity"]["excluded"]) {
    std::cout << part.get<std::string>() << "; ";
  }
  std::cout << "\n";
  return kDone;
}

}  // namespace enigma::cli
