#include "orchestrator/call/budget_request.h"
#include "orchestrator/call/freeze.h"
#include "orchestrator/call/law_request.h"
#include "orchestrator/call/revision.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/time_text.h"
#include "sweeps/law/report/prediction.h"
#include "sweeps/law/report/rows_digest.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

namespace enigma::cli {

namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

po::options_description predict_options() {
  po::options_description options = law_options();
  add_budget_options(options);
  add_freeze_option(options);
  return options;
}

/// A prediction with the fit that makes it.
struct Foretold {
  const law::Fit* fit = nullptr;
  law::Prediction prediction;
  std::string subset;  ///< that the fit is of; empty: of all rows
};

/// Of several fits, the one over all rows says what is frozen where it foretells a loss, else the
/// one with the most unique data. Throws FitRefused where neither does.
Foretold frozen_of(const law::Study& study, double target, const std::vector<law::Row>& rows) {
  std::vector<Foretold> order;
  if (study.pooled) { order.push_back({&*study.pooled, {}, ""}); }
  if (study.by == "subset" && !study.fits.empty()) {
    order.push_back({&study.fits.back().fit, {}, study.fits.back().group});
  }
  std::string why = "no rows carry a fit";
  for (Foretold& one : order) {
    one.prediction = law::predict(*one.fit, target, rows);
    const auto& loss = one.prediction.loss.value;
    if (loss && std::isfinite(*loss)) { return one; }
    why = one.prediction.verdict.sentence;
  }
  throw law::FitRefused("no loss is foretold that could be frozen. " + why);
}

db::ForecastRow row_of(const Foretold& foretold, const std::string& name,
                       const po::variables_map& values, double level) {
  const law::Prediction& prediction = foretold.prediction;
  db::ForecastRow row;
  row.name = name;
  row.sweep = values["sweep"].as<std::string>();
  row.subset = foretold.subset;
  row.flops = prediction.target_flops;
  row.n = prediction.n;
  row.d = prediction.d;
  row.loss = *prediction.loss.value;
  row.low = prediction.loss.low;
  row.high = prediction.loss.high;
  row.level = level;
  row.rows_digest = law::rows_digest(foretold.fit->rows);
  row.form = foretold.fit->form;
  row.code = kRevision;
  return row;
}

/// Freezes what is foretold; adds to document and text what stands then.
void freeze(const Invocation& invocation, const db::ForecastRow& row, Json& document,
            std::string& text) {
  const db::ForecastRow standing = frozen(invocation, row);
  document["forecast"] = {{"name", standing.name},
                          {"at", standing.at},
                          {"rows_digest", standing.rows_digest},
                          {"form", standing.form},
                          {"subset", standing.subset.empty() ? Json() : Json(standing.subset)}};
  text += fmt::format("frozen as '{}' on {} (UTC): {:.5g}, of {} fitted to rows {:.12}…\n",
                      standing.name, documents::time_text(standing.at), standing.loss,
                      standing.form, standing.rows_digest);
}

int answer(const Invocation& invocation, const po::variables_map& values) {
  const double target = budget_flops_of(values);
  const auto name = freeze_name_of(values);
  const LawRequest request = request_of(invocation, values);
  const law::Study study = study_of(request);
  const std::vector<law::Row>& rows = request.mapped.table.rows;
  Json groups = Json::array();
  std::string text;
  for (const law::GroupFit& one : study.fits) {
    const law::Prediction prediction = law::predict(one.fit, target, rows);
    Json group = {{"group", one.group}};
    group.update(law::to_json(prediction));
    groups.push_back(std::move(group));
    text += fmt::format("{} = {}\n{}\n", study.by, one.group,
                        law::to_text(prediction, request.options.level));
  }
  law::Prediction pooled{.target_flops = target};
  pooled.verdict.sentence = "Undetermined: the rows together carry no fit.";
  if (study.pooled) { pooled = law::predict(*study.pooled, target, rows); }
  Json document = law::to_json(pooled);
  if (study.pooled) {
    text += (study.by.empty() ? "" : "pooled over all rows\n") +
            law::to_text(pooled, request.options.level);
  }
  if (!study.by.empty()) { document["fits"] = groups; }
  if (name) {
    const Foretold foretold = frozen_of(study, target, rows);
    freeze(invocation, row_of(foretold, *name, values, request.options.level), document, text);
  }
  if (invocation.json) {
    print_document(invocation, document);
  } else {
    std::fputs(text.c_str(), stdout);
  }
  return kDone;
}

}  // namespace

int predict(const Invocation& invocation) {
  po::positional_options_description positional;
  positional.add("sweep", 1);
  const auto values =
      parse_options(invocation, "predict [SWEEP | --csv FILE --map …] --flops C [options]",
                    predict_options(), positional);
  if (!values) { return kDone; }
  return guarded(invocation, [&] { return answer(invocation, *values); });
}

}  // namespace enigma::cli
