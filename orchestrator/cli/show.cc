// enigma-sweep show: one run.

#include "orchestrator/documents/show.h"

#include "diagnostics/printable.h"
#include "orchestrator/cli/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/run_table.h"

#include <fmt/format.h>

#include <iostream>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;
using documents::Json;

std::string cell(const Json& value) {
  if (value.is_null()) return "-";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// The list as a table of these keys, where it is not empty.
void print_list(const char* title, const Json& list, const std::vector<std::string>& keys) {
  if (list.empty()) return;
  std::vector<std::vector<std::string>> rows = {keys};
  for (const Json& entry : list) {
    rows.emplace_back();
    for (const std::string& key : keys) rows.back().push_back(cell(entry[key]));
  }
  std::cout << "\n" << title << "\n" << documents::aligned(rows);
}

void print_environment(const Json& environment) {
  std::cout << "environment       "
            << (environment.is_null() ? "-" : fmt::format("{} variables", environment.size()))
            << "\n";
  if (!environment.is_object()) return;
  for (const auto& [name, value] : environment.items()) {
    std::cout << "  " << printable(name) << "=" << printable(value.get<std::string>()) << "\n";
  }
}

}  // namespace

int show(const Invocation& invocation) {
  po::options_description options("show");
  options.add_options()("run", po::value<std::string>(), "run (the first digits will do)");
  po::positional_options_description positional;
  positional.add("run", 1);
  const auto values = parse_options(invocation, "show RUN", options, positional);
  if (!values) return kDone;
  const std::string name = required(*values, "run");
  const auto store = store_of(invocation);
  const std::string id = run_named(store, name);
  const Json document = *documents::show(store, id, invocation.store);
  if (invocation.json) {
    print_document(invocation, document);
    return kDone;
  }
  std::cout << documents::run_table({*documents::view(store, id)}, invocation.color) << "\n";
  for (const char* key : {"id", "state", "why", "test_loss", "baseline_loss", "test_correlation"}) {
    std::cout << fmt::format("{:<18}{}\n", key, cell(document[key]));
  }
  std::cout << "point             " << document["point"].dump() << "\n";
  print_environment(document["environment"]);
  print_list("attempts", document["attempts"],
             {"number", "job", "class", "first_step", "last_step", "resumed_from_step"});
  print_list("evaluations", document["evals"],
             {"strategy", "step", "tier", "loss", "baseline_loss", "correlation", "se"});
  print_list("checkpoints", document["checkpoints"], {"path", "step", "bytes"});
  print_list("skipped", document["skipped"], {"why", "from", "to"});
  print_list("events", document["events"], {"kind", "at", "text"});
  return kDone;
}

}  // namespace enigma::cli
