// enigma-sweep diff: what two runs, or two specs, differ in.

#include "files/atomic_file.h"
#include "input/document.h"
#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/columns.h"
#include "orchestrator/documents/difference.h"

#include <iostream>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;
using documents::Json;

/// What a name stands for: the point of a run, or a spec where there is such a file.
Json meant_by(const Invocation& invocation, const std::string& name) {
  if (!fs::is_regular_file(name)) {
    const auto store = store_of(invocation);
    return documents::point_to_compare(*store.run(run_named(store, name)));
  }
  auto document = parse_document(read_file(name, kDocumentBytesMax), name);
  if (!document.ok()) { throw InputError(document.diagnostics); }
  return std::move(document.value->root);
}

void check_alike(const std::string& a, const std::string& b) {
  if (fs::is_regular_file(a) == fs::is_regular_file(b)) { return; }
  throw InputError({{.file = "command line",
                     .message = "a run and a spec cannot be compared",
                     .expected = "two runs, or two files",
                     .found = a + " and " + b}});
}

void print(const Json& differs) {
  if (differs.empty()) {
    std::cout << "no difference\n";
    return;
  }
  std::vector<std::vector<std::string>> rows = {{"what", "a", "b"}};
  for (const Json& each : differs) {
    rows.push_back({each["pointer"], each["a"].dump(), each["b"].dump()});
  }
  std::cout << documents::aligned(std::move(rows), {}, {0, 1, 2});
}

}  // namespace

int diff(const Invocation& invocation) {
  po::options_description options("diff");
  options.add_options()("a", po::value<std::string>(), "run (the first digits will do), or spec")(
      "b", po::value<std::string>(), "another one");
  po::positional_options_description positional;
  positional.add("a", 1).add("b", 1);
  const auto values = parse_options(invocation, "diff RUN RUN | SPEC SPEC", options, positional);
  if (!values) { return kDone; }
  const std::string a = required(*values, "a"), b = required(*values, "b");
  check_alike(a, b);
  const Json differs = documents::differences(meant_by(invocation, a), meant_by(invocation, b));
  if (invocation.json) {
    print_document(invocation, {{"differs", differs}});
  } else {
    print(differs);
  }
  return kDone;
}

}  // namespace enigma::cli
