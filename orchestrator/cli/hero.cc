// enigma-sweep hero: the run that a law asks for, as a spec that plan and submit take.

#include "orchestrator/submit/hero.h"

#include "files/atomic_file.h"
#include "orchestrator/call/budget_request.h"
#include "orchestrator/call/law_request.h"
#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/serve/clock.h"
#include "orchestrator/submit/like_run.h"
#include "sweeps/law/report/prediction.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace enigma::cli {

namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

po::options_description hero_options() {
  po::options_description options = law_options();
  add_budget_options(options);
  auto add = options.add_options();
  add("spec", po::value<std::string>(), "spec to take everything else from (default: the sweep's)");
  add("data", po::value<std::string>()->default_value(""), "folder of recordings");
  add("out", po::value<std::string>()->default_value("hero.json"), "the spec that is written");
  return options;
}

/// The fit that decides: of the group with the most unique data, else of all rows.
const law::Fit& deciding(const law::Study& study) {
  if (!study.fits.empty()) { return study.fits.back().fit; }
  return *study.pooled;
}

SweepRequest like_file(const std::string& file) {
  if (!std::filesystem::is_regular_file(file)) { throw NoSuchInput("no such file: " + file); }
  SweepRequest like;
  like.text = read_file(file, kDocumentBytesMax);
  like.file = file;
  return like;
}

/// The run with the lowest loss: its settings, where the law sets none, are the hero's.
const law::Row& best_row(const law::Fit& fit) {
  return *std::min_element(fit.rows.begin(), fit.rows.end(),
                           [](const auto& a, const auto& b) { return a.loss < b.loss; });
}

HeroRequest like_sweep(const db::Store& store, const std::string& sweep, const law::Fit& fit) {
  const law::Row& best = best_row(fit);
  LikeRun like = like_run(store, sweep, best.id.text());
  HeroRequest request{.like = std::move(like.sweep), .settings = std::move(like.settings)};
  const std::string* const subset = best.columns.find("subset");
  if (subset != nullptr) { request.sessions = *subset; }
  return request;
}

HeroRequest hero_request(const po::variables_map& values, const std::optional<db::Store>& store,
                         const law::Study& study) {
  HeroRequest request;
  if (values.count("spec") > 0) {
    request.like = like_file(values["spec"].as<std::string>());
  } else if (values.count("sweep") > 0 && store) {
    request = like_sweep(*store, values["sweep"].as<std::string>(), deciding(study));
  } else {
    throw InputError({Diagnostic{.message = "a file says nothing about recordings and settings",
                                 .expected = "--spec FILE of a sweep like the hero run"}});
  }
  const auto& data = values["data"].as<std::string>();
  if (!data.empty()) { request.like.data = data; }
  if (study.by == "subset" && !study.fits.empty()) { request.sessions = study.fits.back().group; }
  return request;
}

int answer(const Invocation& invocation, const po::variables_map& values) {
  const double target = budget_flops_of(values);
  const LawRequest law_request = request_of(invocation, values);
  const law::Study study = study_of(law_request);
  if (study.fits.empty() && !study.pooled) { throw law::FitRefused("no rows carry a fit"); }
  const law::Prediction prediction =
      law::predict(deciding(study), target, law_request.mapped.table.rows);
  if (!prediction.n) {
    throw law::FitRefused("no hero run follows from it. " + prediction.verdict.sentence + " " +
                          prediction.doublings.sentence);
  }
  const auto store = store_if_any(invocation);
  HeroRequest request = hero_request(values, store, study);
  request.like.day = today();
  request.n = *prediction.n;
  request.flops = target;
  const auto hero = hero_of(request, store ? &*store : nullptr, invocation.store);
  if (!hero.ok()) { throw InputError(hero.diagnostics); }
  const std::string out = values["out"].as<std::string>();
  write_atomically(out, hero.value->spec.dump(1) + "\n");
  if (invocation.json) {
    Json document = law::to_json(prediction);
    document["spec"] = out;
    document["plan"] = sweeps::to_json(hero.value->plan);
    print_document(invocation, document);
    return kDone;
  }
  const sweeps::PlannedPoint& point = hero.value->plan.points.front();
  std::fputs(law::to_text(prediction, law_request.options.level).c_str(), stdout);
  std::printf("%s\n", fmt::format("{}: {} shared parameters, {} steps, {:.4g} FLOPs; submit it "
                                  "with: enigma-sweep submit {}",
                                  out, point.params.shared, point.steps, point.flops, out)
                          .c_str());
  return kDone;
}

}  // namespace

int hero(const Invocation& invocation) {
  po::positional_options_description positional;
  positional.add("sweep", 1);
  const auto values =
      parse_options(invocation, "hero [SWEEP | --csv FILE --map … --spec SPEC] --flops C [options]",
                    hero_options(), positional);
  if (!values) { return kDone; }
  return guarded(invocation, [&] { return answer(invocation, *values); });
}

}  // namespace enigma::cli
