// Method: the store of a_story.h, whose run "aa" is done at time 207 with a test loss of 3.5,
// against forecasts of its target (4e9 FLOPs, 1000 shared parameters).
#include "orchestrator/documents/forecasts.h"

#include "diagnostics/diagnostic.h"
#include "orchestrator/documents/a_story.h"
#include "orchestrator/documents/show.h"

namespace enigma::documents {
namespace {

db::ForecastRow a_forecast() {
  db::ForecastRow row;
  row.name = "first";
  row.sweep = "s";
  row.at = 50;
  row.flops = 4.1e9;
  row.n = 1040;
  row.loss = 3.4;
  row.low = 3.2;
  row.high = 3.6;
  row.level = 0.95;
  row.rows_digest = "ab";
  row.form = "chinchilla";
  row.code = "1";
  return row;
}

template <typename Change>
bool matches(Change change, const char* run = "aa") {
  const test::Story story;
  db::ForecastRow forecast = a_forecast();
  change(forecast);
  return is_of(forecast, *view(story.store, run));
}

TEST_CASE("forecasts: a run is of a forecast's target where sweep, budget and size agree") {
  CHECK(matches([](db::ForecastRow&) {}));
  CHECK(!matches([](db::ForecastRow& f) { f.sweep = "t"; }));
  CHECK(!matches([](db::ForecastRow& f) { f.flops = 4.3e9; }));
  CHECK(!matches([](db::ForecastRow& f) { f.n = 2000; }));
  CHECK(matches([](db::ForecastRow& f) { f.n = std::nullopt; }));
  CHECK(matches([](db::ForecastRow& f) { f.subset = "all"; }));
  CHECK(!matches([](db::ForecastRow& f) { f.subset = "half"; }));
}

TEST_CASE("forecasts: what was done before it was frozen was not foretold") {
  CHECK(!matches([](db::ForecastRow& f) { f.at = 207; }));
  CHECK(matches([](db::ForecastRow& f) { f.at = 206.9; }));
  CHECK(matches([](db::ForecastRow& f) { f.at = 1000; }, "cc"));  // waits still
}

TEST_CASE("forecasts: the hero run of a sweep is scored with it, whatever size could be built") {
  test::Story story;
  story.store.submit_sweep("s-hero", test::kSpec, {test::a_point("dd")}, 20);
  db::ForecastRow forecast = a_forecast();
  forecast.n = 1400;
  CHECK(is_of(forecast, *view(story.store, "dd")));
  story.store.freeze(forecast);
  CHECK(forecasts_of_run(story.store, *view(story.store, "dd")).size() == 1);
  const Json all = forecasts_of_sweep(story.store, "s");
  REQUIRE(all.size() == 1);
  CHECK(all[0]["run"] == "dd");
}

TEST_CASE("forecasts: show scores a run that is done, and waits for the others") {
  test::Story story;
  story.store.freeze(a_forecast());
  const Json done = *show(story.store, "aa");
  REQUIRE(done["forecasts"].size() == 1);
  CHECK(test::keys_of(done["forecasts"][0]) == "name at loss actual inside");
  CHECK(done["forecasts"][0]["loss"] == Json{{"value", 3.4}, {"low", 3.2}, {"high", 3.6}});
  CHECK(done["forecasts"][0]["actual"] == 3.5);
  CHECK(done["forecasts"][0]["inside"] == true);
  const Json waiting = *show(story.store, "cc");
  REQUIRE(waiting["forecasts"].size() == 1);
  CHECK(waiting["forecasts"][0]["actual"].is_null());
  CHECK(waiting["forecasts"][0]["inside"].is_null());
}

TEST_CASE("forecasts: a loss beyond the interval is outside, and without one it is unknown") {
  test::Story story;
  db::ForecastRow narrow = a_forecast();
  narrow.high = 3.45;
  story.store.freeze(narrow);
  db::ForecastRow bare = a_forecast();
  bare.name = "second";
  bare.low = bare.high = std::nullopt;
  story.store.freeze(bare);
  const Json list = forecasts_of_run(story.store, *view(story.store, "aa"));
  REQUIRE(list.size() == 2);
  CHECK(list[0]["inside"] == false);
  CHECK(list[1]["actual"] == 3.5);
  CHECK(list[1]["inside"].is_null());
  CHECK(verdict_on(list) == "0 of 1 intervals of frozen forecasts held what came");
}

TEST_CASE("forecasts: a sweep tells each of its forecasts, of which there is no run yet too") {
  test::Story story;
  db::ForecastRow far = a_forecast();
  far.flops = 4e12;
  story.store.freeze(far);
  const Json list = forecasts_of_sweep(story.store, "s");
  REQUIRE(list.size() == 1);
  CHECK(list[0]["run"].is_null());
  CHECK(list[0]["actual"].is_null());
  CHECK(list[0]["flops"] == 4e12);
  CHECK(verdict_on(list).empty());
  CHECK(forecasts_of_sweep(story.store, "none").empty());
}

TEST_CASE("forecasts: the way to the controller and back keeps everything") {
  db::ForecastRow forecast = a_forecast();
  forecast.subset = "half";
  forecast.low = std::nullopt;
  const db::ForecastRow back = forecast_from_json(nlohmann::json(to_json(forecast)));
  CHECK(foretell_the_same(forecast, back));
  CHECK(back.code == "1");
  const nlohmann::json whole = to_json(forecast);
  for (const auto& [key, value] : whole.items()) {
    nlohmann::json lacking = whole;
    lacking.erase(key);
    const bool optional = key == "n" || key == "d" || key == "subset" || key == "at";
    if (optional) {
      CHECK_NOTHROW(forecast_from_json(lacking));
    } else {
      CHECK_THROWS_AS(forecast_from_json(lacking), InputError);
    }
  }
}

TEST_CASE("forecasts: another content under a name that is taken is refused, the same is not") {
  db::ForecastRow later = a_forecast();
  later.at = 90;
  CHECK_NOTHROW(check_stands(later, a_forecast()));
  later.loss = 3.5;
  CHECK_THROWS_AS(check_stands(later, a_forecast()), InputError);
}

}  // namespace
}  // namespace enigma::documents
