// enigma-sweep schema: the JSON Schema of a spec, for editors, or the reference of its settings. A
// schema is a document of its own: it bears no "schema" key of ours.

#include "sweeps/schema.h"

#include "orchestrator/cli/verbs.h"
#include "sweeps/setting.h"
#include "sweeps/site/site.h"

#include <iostream>

namespace enigma::cli {

int schema(const Invocation& invocation) {
  boost::program_options::options_description options("schema");
  options.add_options()("settings", boost::program_options::bool_switch(),
                        "the settings of a point as a table in Markdown")(
      "site", boost::program_options::bool_switch(), "the schema of a site profile");
  const auto values = parse_options(invocation, "schema [--settings | --site]", options);
  if (!values) { return kDone; }
  if ((*values)["settings"].as<bool>()) {
    std::cout << sweeps::settings_reference();
  } else if ((*values)["site"].as<bool>()) {
    std::cout << sweeps::site_schema().dump(2) << "\n";
  } else {
    std::cout << sweeps::spec_schema().dump(2) << "\n";
  }
  return kDone;
}

}  // namespace enigma::cli
