#include "orchestrator/documents/communication_table.h"

#include "orchestrator/documents/columns.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace enigma::documents;

namespace {

Json parameter(const char* name, int64_t elements, const char* road, const Json& sum,
               const Json& step) {
  return {{"name", name}, {"elements", elements}, {"class", "shared"},
          {"road", road}, {"sum_turn", sum},      {"step_turn", step}};
}

Json two_buckets() {
  return {{"form", "replicate"},
          {"schedule", "scattered"},
          {"bytes_per_step", 2.4e7},
          {"parameters",
           {parameter("readin.weight", 100, "reduce-scatter, step, all-gather", 2, 1),
            parameter("blocks.0.wq", 64, "reduce-scatter, step, all-gather", 1, 2),
            parameter("blocks.0.wo", 36, "reduce-scatter, step, all-gather", 1, 2),
            parameter("mouse-1", 7, "none", nullptr, nullptr)}}};
}

}  // namespace

TEST_CASE("communication table: what travels together is one line, in the order of the sums") {
  const std::string text = communication_table(two_buckets());
  CHECK(text.find("24 MB a step and rank, form replicate, schedule scattered") !=
        std::string::npos);
  const size_t together = text.find("blocks.0.wq and 1 more");
  REQUIRE(together != std::string::npos);
  CHECK(together < text.find("readin.weight"));
  CHECK(text.find("readin.weight") < text.find("mouse-1"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) { CHECK(columns_of(line) <= kColumns); }
}

TEST_CASE("communication table: nothing where nothing travels, or where it is no such document") {
  Json alone = two_buckets();
  alone["bytes_per_step"] = 0;
  CHECK(communication_table(alone).empty());
  CHECK(communication_table(nullptr).empty());
  CHECK(communication_table({{"bytes_per_step", "many"}, {"parameters", 3}}).empty());
  CHECK_FALSE(communication_table({{"bytes_per_step", 8}, {"parameters", {1, "x"}}}).empty());
}
