#include "orchestrator/submit/site_file.h"

#include <doctest/doctest.h>

namespace enigma {
namespace {

TEST_CASE("a site is named by a name that comes with the program, or by a file") {
  CHECK(site_named("marlowe", ".").value->gpu->per_node == 8);
  const auto misspelled = site_named("marlow", ".");
  REQUIRE_FALSE(misspelled.ok());
  CHECK(misspelled.diagnostics[0].suggestion.find("marlowe") != std::string::npos);
  CHECK_FALSE(site_named("./marlowe.json", "/").ok());
  CHECK(absolute_site("marlowe") == "marlowe");
  CHECK(absolute_site("marlowe.json").front() == '/');
  CHECK(absolute_site("../sites/own.json", "/lab/specs") == "/lab/sites/own.json");
  CHECK(absolute_site("/own.json", "/lab/specs") == "/own.json");
}

}  // namespace
}  // namespace enigma
