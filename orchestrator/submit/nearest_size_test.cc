// Method: parameters are layers·width² exactly, or those of three published names.
#include "orchestrator/submit/nearest_size.h"

#include <doctest/doctest.h>

#include <map>

namespace enigma {
namespace {

using Json = nlohmann::ordered_json;

const std::map<std::string, double> kPublished = {{"1M", 1e6}, {"5M", 5e6}, {"20M", 2e7}};

Parsed<double> measure(const Json& size) {
  if (size.is_string()) { return {.value = kPublished.at(size)}; }
  const double width = size["width"], layers = size["layers"];
  if (width > 1000) { return {.diagnostics = {{.message = "too wide"}}}; }
  return {.value = layers * width * width};
}

BuiltSize nearest(const Json& like, double n) {
  std::vector<Diagnostic> why;
  return nearest_size(like, {"1M", "5M", "20M"}, n, measure, why);
}

TEST_CASE("nearest size: names are answered with a name, in the measure of logs") {
  CHECK(nearest({"1M", "5M"}, 1.5e7).size == "20M");
  CHECK(nearest({"1M"}, 2e6).size == "1M");
  CHECK(nearest({"1M"}, 2e6).off == doctest::Approx(std::log(2)));
}

TEST_CASE("nearest size: numbers are answered with numbers near the one asked for") {
  const Json like = Json::array({{{"width", 64}, {"layers", 4}, {"heads", 4}}});
  const BuiltSize found = nearest(like, 1e6);
  CHECK(found.off < 0.1);
  CHECK(found.parameters == doctest::Approx(measure(found.size).value.value()));
  CHECK(found.size["width"].get<int64_t>() % (2 * found.size["heads"].get<int64_t>()) == 0);
}

TEST_CASE("nearest size: where nothing can be planned it is infinitely far off, and why is told") {
  std::vector<Diagnostic> why;
  const Json like = Json::array({{{"width", 2000}, {"layers", 4}, {"heads", 4}}});
  const BuiltSize found = nearest_size(like, {}, 1e6, measure, why);
  CHECK(!std::isfinite(found.off));
  REQUIRE(why.size() == 1);
  CHECK(why[0].message == "too wide");
}

TEST_CASE("nearest size: a spec's sizes are those of its axis, else of its defaults") {
  CHECK(sizes_of({{"axes", {{"model.size", {"5M", "1M"}}}}}) == Json({"5M", "1M"}));
  CHECK(sizes_of({{"defaults", {{"model", {{"size", "5M"}}}}}}) == Json::array({"5M"}));
}

}  // namespace
}  // namespace enigma
