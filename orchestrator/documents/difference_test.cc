#include "orchestrator/documents/difference.h"

#include "orchestrator/documents/a_story.h"

using namespace enigma;
using namespace enigma::documents;
using namespace enigma::documents::test;

TEST_CASE("difference: each value that is not the same, absent ones as null, lists as wholes") {
  const Json a = {{"name", "x"}, {"model", {{"size", "1M"}, {"head", "tied"}}}, {"axes", {1, 2}}};
  const Json b = {{"name", "x"}, {"model", {{"size", "5M"}}}, {"axes", {1, 3}}, {"a/b", 1}};
  const Json differs = differences(a, b);
  REQUIRE(differs.size() == 4);
  CHECK(differs[1] == Json({{"pointer", "/a~1b"}, {"a", nullptr}, {"b", 1}}));
  CHECK(differs[0] == Json({{"pointer", "/axes"}, {"a", {1, 2}}, {"b", {1, 3}}}));
  CHECK(differs[2] == Json({{"pointer", "/model/head"}, {"a", "tied"}, {"b", nullptr}}));
  CHECK(differs[3] == Json({{"pointer", "/model/size"}, {"a", "1M"}, {"b", "5M"}}));
  CHECK(differences(a, a).empty());
}

TEST_CASE("difference: an object beside a value, and a null that stands there") {
  CHECK(differences({{"size", {{"width", 8}}}}, {{"size", "1M"}}).size() == 2);
  CHECK(differences({{"x", nullptr}}, Json::object()).size() == 2);
  CHECK(differences(Json::object(), Json::object()).empty());
}

TEST_CASE("difference: a run is its point with what the digests stand for") {
  const Story story;
  const Json point = point_to_compare(*story.store.run("aa"));
  CHECK(point["budget"]["flops"] == 4e9);
  CHECK(point["executor"] == "local");
  CHECK(differences(point, point_to_compare(*story.store.run("bb"))).empty());
}
