// enigma-sweep schema: the JSON Schema of a spec, for editors. A schema is a document of its own:
// it bears no "schema" key of ours.

#include "sweeps/schema.h"

#include "orchestrator/cli/verbs.h"

#include <iostream>

namespace enigma::cli {

int schema(const Invocation& invocation) {
  if (!parse_options(invocation, "schema", boost::program_options::options_description("schema"))) {
    return kDone;
  }
  std::cout << sweeps::spec_schema().dump(2) << "\n";
  return kDone;
}

}  // namespace enigma::cli
