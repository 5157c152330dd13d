#include "orchestrator/call/budget_request.h"
#include "orchestrator/call/law_request.h"
#include "orchestrator/cli/verbs.h"
#include "sweeps/law/report/prediction.h"

#include <fmt/format.h>

#include <cstdio>

namespace enigma::cli {

namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

po::options_description predict_options() {
  po::options_description options = law_options();
  add_budget_options(options);
  return options;
}

int answer(const Invocation& invocation, const po::variables_map& values) {
  const double target = budget_flops_of(values);
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
