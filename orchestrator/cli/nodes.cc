// enigma-sweep nodes: how runs have ended on each node of a cluster within the last day, and which
// nodes are left out.

#include "orchestrator/documents/nodes.h"

#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/columns.h"
#include "orchestrator/documents/time_text.h"
#include "orchestrator/serve/clock.h"

#include <iostream>

namespace enigma::cli {
namespace {

using documents::Json;

void print(const Json& document) {
  if (document["nodes"].empty()) {
    std::cout << "no attempt on a cluster's node has ended within a day\n";
    return;
  }
  std::vector<std::vector<std::string>> rows = {
      {"node", "state", "attempts", "failures", "left out until (UTC)", "why"}};
  for (const Json& node : document["nodes"]) {
    const Json& out = node["excluded"];
    rows.push_back({node["name"], node["state"], node["attempts"].dump(), node["failures"].dump(),
                    out.is_null() ? "-" : documents::time_text(out["until"]),
                    out.is_null() ? "-" : out["reason"].get<std::string>()});
  }
  std::cout << documents::aligned(std::move(rows), {}, {0, 1, 4, 5});
}

}  // namespace

int nodes(const Invocation& invocation) {
  const boost::program_options::options_description options("nodes");
  const auto values = parse_options(invocation, "nodes", options);
  if (!values) { return kDone; }
  const auto document =
      documents::nodes(store_of(invocation), decide::default_policy().nodes, wall_clock_s());
  if (invocation.json) {
    print_document(invocation, document);
  } else {
    print(document);
  }
  return kDone;
}

}  // namespace enigma::cli
