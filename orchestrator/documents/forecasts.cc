#include "orchestrator/documents/forecasts.h"

#include "diagnostics/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::documents {
namespace {

constexpr double kSameBudget = 0.05;
constexpr double kSameSize = 0.1;
constexpr std::string_view kHero = "-hero";

std::optional<double> number(const Json& value) {
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

/// The sweep that a hero run's sweep was made for; empty for another sweep.
std::string origin_of(const std::string& sweep) {
  if (!sweep.ends_with(kHero)) { return ""; }
  return sweep.substr(0, sweep.size() - kHero.size());
}

bool near(std::optional<double> found, double wanted, double share) {
  return found && std::abs(*found / wanted - 1) <= share;
}

bool has_subset(const db::ForecastRow& forecast, const RunView& view) {
  if (forecast.subset.empty()) { return true; }
  return member(member(view.plan, "data"), "subset") == forecast.subset;
}

bool was_known(const db::ForecastRow& forecast, const RunView& view) {
  if (view.run.state != db::State::done || view.run.attempts.empty()) { return false; }
  const auto ended = view.run.attempts.back().ended_at;
  return ended && *ended <= forecast.at;
}

Json loss_json(const db::ForecastRow& forecast) {
  return {
      {"value", forecast.loss}, {"low", or_null(forecast.low)}, {"high", or_null(forecast.high)}};
}

/// The forecast held against a run; null: against none yet.
Json scored(const db::ForecastRow& forecast, const RunView* view) {
  const bool done = view != nullptr && view->run.state == db::State::done;
  const auto actual = done ? view->summary.test_loss : std::nullopt;
  Json inside;
  if (actual && forecast.low && forecast.high) {
    inside = *forecast.low <= *actual && *actual <= *forecast.high;
  }
  return {{"name", forecast.name},
          {"at", forecast.at},
          {"loss", loss_json(forecast)},
          {"actual", or_null(actual)},
          {"inside", inside}};
}

Json of_sweep(const db::ForecastRow& forecast, const RunView* view) {
  Json json = scored(forecast, view);
  json["level"] = forecast.level;
  json["flops"] = forecast.flops;
  json["n"] = or_null(forecast.n);
  json["run"] = view != nullptr ? Json(view->run.id) : Json();
  return json;
}

[[noreturn]] void wrong(const std::string& message, const std::string& expected) {
  throw InputError({{.message = message, .expected = expected}});
}

double need_number(const nlohmann::json& json, const char* key) {
  if (!json.contains(key) || !json[key].is_number()) {
    wrong(fmt::format("forecast: '{}' is missing or no number", key), "a number");
  }
  return json[key];
}

std::optional<double> maybe_number(const nlohmann::json& json, const char* key) {
  if (!json.contains(key) || json[key].is_null()) { return std::nullopt; }
  return need_number(json, key);
}

std::string need_text(const nlohmann::json& json, const char* key) {
  if (!json.contains(key) || !json[key].is_string()) {
    wrong(fmt::format("forecast: '{}' is missing or no text", key), "a text");
  }
  return json[key];
}

}  // namespace

bool is_of(const db::ForecastRow& forecast, const RunView& view) {
  const auto& sweeps = view.sweeps;
  const bool member_of = std::ranges::find(sweeps, forecast.sweep) != sweeps.end();
  const bool hero = std::ranges::any_of(
      sweeps, [&](const std::string& sweep) { return origin_of(sweep) == forecast.sweep; });
  if (!(member_of || hero) || !has_subset(forecast, view) || was_known(forecast, view)) {
    return false;
  }
  const auto flops = number(member(view.plan, "flops"));
  const auto budget = number(member(view.plan, "budget_flops"));
  if (!near(flops, forecast.flops, kSameBudget) && !near(budget, forecast.flops, kSameBudget)) {
    return false;
  }
  if (!forecast.n || hero) { return true; }
  return near(number(member(member(view.plan, "params"), "shared")), *forecast.n, kSameSize);
}

Json forecasts_of_run(const db::Store& store, const RunView& view) {
  Json list = Json::array();
  std::vector<std::string> names = view.sweeps;
  for (const std::string& sweep : view.sweeps) {
    const std::string origin = origin_of(sweep);
    if (!origin.empty()) { names.push_back(origin); }
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  for (const std::string& sweep : names) {
    for (const db::ForecastRow& forecast : store.forecasts(sweep)) {
      if (is_of(forecast, view)) { list.push_back(scored(forecast, &view)); }
    }
  }
  return list;
}

Json forecasts_of_sweep(const db::Store& store, const std::string& sweep) {
  Json list = Json::array();
  const auto forecasts = store.forecasts(sweep);
  if (forecasts.empty()) { return list; }
  std::vector<RunView> runs = views(store, sweep);
  for (RunView& hero : views(store, sweep + std::string(kHero))) {
    runs.push_back(std::move(hero));
  }
  for (const db::ForecastRow& forecast : forecasts) {
    const size_t before = list.size();
    for (const RunView& view : runs) {
      if (is_of(forecast, view)) { list.push_back(of_sweep(forecast, &view)); }
    }
    if (list.size() == before) { list.push_back(of_sweep(forecast, nullptr)); }
  }
  return list;
}

std::string verdict_on(const Json& forecasts) {
  int64_t scored = 0, held = 0;
  for (const Json& forecast : forecasts) {
    if (!forecast["inside"].is_boolean()) { continue; }
    ++scored;
    held += forecast["inside"].get<bool>() ? 1 : 0;
  }
  if (scored == 0) { return ""; }
  return fmt::format("{} of {} intervals of frozen forecasts held what came", held, scored);
}

Json to_json(const db::ForecastRow& forecast) {
  return {{"name", forecast.name},    {"sweep", forecast.sweep},
          {"at", forecast.at},        {"subset", or_null(forecast.subset)},
          {"flops", forecast.flops},  {"n", or_null(forecast.n)},
          {"d", or_null(forecast.d)}, {"loss", loss_json(forecast)},
          {"level", forecast.level},  {"rows_digest", forecast.rows_digest},
          {"form", forecast.form},    {"code", forecast.code}};
}

db::ForecastRow forecast_from_json(const nlohmann::json& json) {
  if (!json.is_object() || !json.contains("loss") || !json["loss"].is_object()) {
    wrong("forecast: no object with a loss", "{name, sweep, flops, loss{value, low, high}, …}");
  }
  db::ForecastRow forecast;
  forecast.name = need_text(json, "name");
  forecast.sweep = need_text(json, "sweep");
  if (json.contains("subset") && json["subset"].is_string()) { forecast.subset = json["subset"]; }
  forecast.at = maybe_number(json, "at").value_or(0);
  forecast.flops = need_number(json, "flops");
  forecast.n = maybe_number(json, "n");
  forecast.d = maybe_number(json, "d");
  forecast.loss = need_number(json["loss"], "value");
  forecast.low = maybe_number(json["loss"], "low");
  forecast.high = maybe_number(json["loss"], "high");
  forecast.level = need_number(json, "level");
  forecast.rows_digest = need_text(json, "rows_digest");
  forecast.form = need_text(json, "form");
  forecast.code = need_text(json, "code");
  return forecast;
}

void check_stands(const db::ForecastRow& asked, const db::ForecastRow& standing) {
  if (foretell_the_same(asked, standing)) { return; }
  const bool same_rows = asked.rows_digest == standing.rows_digest;
  throw InputError(
      {{.message = fmt::format("a forecast named '{}' is frozen already, and foretells something "
                               "else",
                               standing.name),
        .expected = fmt::format("a loss of {:.6g} at {:.4g} FLOPs of sweep {}", standing.loss,
                                standing.flops, standing.sweep),
        .found = fmt::format("{:.6g} at {:.4g} FLOPs of sweep {}{}", asked.loss, asked.flops,
                             asked.sweep, same_rows ? "" : ", fitted to other rows"),
        .suggestion = "what is frozen stays as it is; give the new one another name"}});
}

}  // namespace enigma::documents
