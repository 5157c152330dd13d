#include "orchestrator/call/law_request.h"
#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/columns.h"
#include "orchestrator/documents/forecasts.h"
#include "orchestrator/documents/run_table.h"
#include "orchestrator/serve/clock.h"
#include "sweeps/law/report/fit_document.h"

#include <fmt/format.h>

#include <cstdio>

namespace enigma::cli {
namespace {

using documents::Json;

/// The frozen forecasts of the sweep, scored; none of a file.
Json forecasts_of(const Invocation& invocation,
                  const boost::program_options::variables_map& values) {
  const auto store = store_if_any(invocation);
  if (values.count("sweep") == 0 || !store) { return Json::array(); }
  return documents::forecasts_of_sweep(*store, values["sweep"].as<std::string>());
}

std::string interval_cell(const Json& loss) {
  if (!loss["low"].is_number() || !loss["high"].is_number()) { return "-"; }
  return fmt::format("{:.4f} .. {:.4f}", loss["low"].get<double>(), loss["high"].get<double>());
}

std::string inside_cell(const Json& inside) {
  return inside.is_boolean() ? (inside.get<bool>() ? "yes" : "no") : "-";
}

std::string forecast_table(const Json& forecasts) {
  if (forecasts.empty()) { return ""; }
  std::vector<std::vector<std::string>> rows = {
      {"frozen forecast", "budget", "foretold", "interval", "came out", "inside"}};
  for (const Json& one : forecasts) {
    rows.push_back({one["name"], fmt::format("{:.3g}", one["flops"].get<double>()),
                    documents::loss_text(one["loss"]["value"]), interval_cell(one["loss"]),
                    documents::loss_text(one["actual"]), inside_cell(one["inside"])});
  }
  const std::string verdict = documents::verdict_on(forecasts);
  return "\n" + documents::aligned(std::move(rows), {}, {0}) +
         (verdict.empty() ? "" : verdict + "\n");
}

}  // namespace

int fit(const Invocation& invocation) {
  namespace po = boost::program_options;
  po::positional_options_description positional;
  positional.add("sweep", 1);
  const auto values =
      parse_options(invocation, "fit [SWEEP | --csv FILE --map ROLE=COLUMN,…] [options]",
                    law_options(), positional);
  if (!values) { return kDone; }
  return guarded(invocation, [&] {
    const double begin_s = monotonic_s();
    const LawRequest request = request_of(invocation, *values);
    law::Study study = study_of(request);
    law::appraise(study, request.mapped, request.options);
    const double taken_s = monotonic_s() - begin_s;
    const Json forecasts = forecasts_of(invocation, *values);
    if (invocation.json) {
      Json document = law::to_json(study, taken_s);
      document["forecasts"] = forecasts;
      print_document(invocation, document);
    } else {
      std::fputs((law::to_text(study) + forecast_table(forecasts)).c_str(), stdout);
    }
    return static_cast<int>(kDone);
  });
}

}  // namespace enigma::cli
