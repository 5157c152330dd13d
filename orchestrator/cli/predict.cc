#include "diagnostics/nearest.h"
#include "orchestrator/cli/law_request.h"
#include "orchestrator/cli/verbs.h"
#include "sweeps/law/prediction.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

namespace enigma::cli {

namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

po::options_description predict_options() {
  po::options_description options = law_options();
  auto add = options.add_options();
  add("flops", po::value<double>(), "the budget in FLOPs");
  add("gpus", po::value<double>(), "or: number of devices");
  add("hours", po::value<double>(), "hours on them");
  add("mfu", po::value<double>(), "model FLOPs utilisation, above 0 and at most 1");
  add("device", po::value<std::string>(), "A100, H100 or H200 (dense bfloat16 peak)");
  add("peak-tflops", po::value<double>(), "peak of one device, where it is another");
  return options;
}

double positive(const po::variables_map& values, const std::string& option, double most) {
  if (values.count(option) == 0) {
    throw InputError({{.message = "--" + option + " is missing",
                       .expected = "--flops C, or --gpus G --hours H --mfu M with --device NAME or "
                                   "--peak-tflops P"}});
  }
  const double value = values[option].as<double>();
  if (value > 0 && value <= most) return value;
  throw InputError({{.message = "--" + option + ": not a valid value",
                     .expected = std::isinf(most) ? "a number > 0" : fmt::format("0 to {}", most),
                     .found = fmt::format("{}", value)}});
}

double peak_of(const po::variables_map& values) {
  if (values.count("device") == 0) return positive(values, "peak-tflops", INFINITY) * 1e12;
  const auto& device = values["device"].as<std::string>();
  if (const auto peak = law::bf16_peak_flops_per_s(device)) return *peak;
  throw InputError({{.message = "--device: its peak is not known, and never guessed",
                     .expected = "a device of the table, or --peak-tflops",
                     .found = device,
                     .suggestion = suggest_name(device, law::known_devices())}});
}

double target_of(const po::variables_map& values) {
  if (values.count("flops") > 0) return positive(values, "flops", 1e60);
  return law::flops_of(positive(values, "gpus", 1e9), positive(values, "hours", 1e9),
                       positive(values, "mfu", 1), peak_of(values));
}

int answer(const Invocation& invocation, const po::variables_map& values) {
  const double target = target_of(values);
  const LawRequest request = request_of(invocation, values);
  const law::Study study = study_of(request);
  Json groups = Json::array();
  std::string text;
  for (const law::GroupFit& one : study.fits) {
    const law::Prediction prediction = law::predict(one.fit, target);
    Json group = {{"group", one.group}};
    group.update(law::to_json(prediction));
    groups.push_back(std::move(group));
    text += fmt::format("{} = {}\n{}\n", study.by, one.group,
                        law::to_text(prediction, request.options.level));
  }
  law::Prediction pooled{.target_flops = target};
  pooled.verdict.sentence = "Undetermined: the rows together carry no fit.";
  if (study.pooled) pooled = law::predict(*study.pooled, target);
  Json document = law::to_json(pooled);
  if (study.pooled) {
    text += (study.by.empty() ? "" : "pooled over all rows\n") +
            law::to_text(pooled, request.options.level);
  }
  if (!study.by.empty()) document["fits"] = groups;
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
  if (!values) return kDone;
  return guarded(invocation, [&] { return answer(invocation, *values); });
}

}  // namespace enigma::cli
