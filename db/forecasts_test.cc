// Method: a real store in memory.
#include "db/store.h"

#include <doctest/doctest.h>

namespace enigma::db {
namespace {

ForecastRow a_forecast(const std::string& name) {
  ForecastRow row;
  row.name = name;
  row.sweep = "s";
  row.at = 20;
  row.flops = 1e20;
  row.n = 3e8;
  row.loss = 2.5;
  row.low = 2.4;
  row.level = 0.95;
  row.rows_digest = "ab";
  row.form = "chinchilla";
  row.code = "1";
  return row;
}

Store a_store() {
  Store store = Store::open(":memory:");
  store.submit_sweep("s", "{}", {}, 10);
  return store;
}

TEST_CASE("forecasts: what is written comes back, what is unknown as unknown") {
  Store store = a_store();
  store.freeze(a_forecast("one"));
  const auto forecasts = store.forecasts("s");
  REQUIRE(forecasts.size() == 1);
  CHECK(foretell_the_same(forecasts[0], a_forecast("one")));
  CHECK(forecasts[0].at == 20);
  CHECK(forecasts[0].code == "1");
  CHECK(!forecasts[0].d);
  CHECK(!forecasts[0].high);
  CHECK(store.forecasts("t").empty());
}

TEST_CASE("forecasts: a name is given once; what it foretold first stands") {
  Store store = a_store();
  store.freeze(a_forecast("one"));
  ForecastRow later = a_forecast("one");
  later.at = 30;
  later.code = "2";
  CHECK(foretell_the_same(store.freeze(later), later));
  later.loss = 2.6;
  const ForecastRow standing = store.freeze(later);
  CHECK(standing.loss == 2.5);
  CHECK(standing.at == 20);
  CHECK(!foretell_the_same(standing, later));
  CHECK(store.forecasts("s").size() == 1);
}

TEST_CASE("forecasts: each thing foretold, and what it rests on, is part of what is the same") {
  const ForecastRow first = a_forecast("one");
  const auto differs = [&](auto change) {
    ForecastRow other = first;
    change(other);
    return !foretell_the_same(first, other);
  };
  CHECK(differs([](ForecastRow& f) { f.flops = 2e20; }));
  CHECK(differs([](ForecastRow& f) { f.n = std::nullopt; }));
  CHECK(differs([](ForecastRow& f) { f.low = 2.3; }));
  CHECK(differs([](ForecastRow& f) { f.level = 0.9; }));
  CHECK(differs([](ForecastRow& f) { f.rows_digest = "cd"; }));
  CHECK(differs([](ForecastRow& f) { f.form = "tied"; }));
  CHECK(differs([](ForecastRow& f) { f.subset = "half"; }));
}

}  // namespace
}  // namespace enigma::db
