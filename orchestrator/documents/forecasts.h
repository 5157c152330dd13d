// Frozen forecasts: as documents, and held against the runs that came of them.
#pragma once

#include "orchestrator/documents/status.h"

#include <string>
#include <vector>

namespace enigma::documents {

/// Whether the forecast is of this run: it belongs to the sweep, or to the hero run made for it
/// (its name ends in "-hero"), and to the forecast's subset of sessions where that names one; its
/// budget is within 5 % of the forecast's; its size within 10 % where the forecast names one (a
/// hero run's is what could be built). A run that was done before the forecast was frozen is none
/// of its runs.
bool is_of(const db::ForecastRow& forecast, const RunView& view);

/// `forecasts[]` of `show`: {name, at, loss{value, low, high}, actual, inside}. `actual` is the
/// test loss of a run that is done, `inside` whether the interval holds it; null before, and where
/// there is no interval.
Json forecasts_of_run(const db::Store& store, const RunView& view);

/// `forecasts[]` of `fit`: the same with flops, n and the run's id, once for each of its runs; a
/// forecast of which there is no run yet has null for it.
Json forecasts_of_sweep(const db::Store& store, const std::string& sweep);

/// How often the intervals held what came: "2 of 3 frozen forecasts held …"; empty where none has
/// been scored.
std::string verdict_on(const Json& forecasts);

/// How a forecast travels to the controller, and what `predict` says of it in part.
Json to_json(const db::ForecastRow& forecast);
/// Throws InputError for what is missing or of the wrong type.
db::ForecastRow forecast_from_json(const nlohmann::json& json);

/// Throws InputError where `asked` is not what stands under its name.
void check_stands(const db::ForecastRow& asked, const db::ForecastRow& standing);

}  // namespace enigma::documents
