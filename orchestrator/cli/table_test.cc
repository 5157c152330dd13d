#include "orchestrator/cli/verbs.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace enigma::cli;

TEST_CASE("command: every command of this version stands once in the table") {
  std::set<std::string> names;
  for (const Command& command : commands()) {
    CHECK(names.insert(command.name).second);
    CHECK((command.run != nullptr));
  }
  for (const char* name :
       {"plan",         "submit", "status", "watch",  "show",  "metrics", "explain",
        "logs",         "cancel", "hold",   "resume", "retry", "fit",     "predict",
        "plot",         "export", "diff",   "spend",  "query", "nodes",   "doctor",
        "check-worker", "drill",  "serve",  "schema"}) {
    CHECK(names.contains(name));
  }
}
