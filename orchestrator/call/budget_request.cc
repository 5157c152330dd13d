#include "orchestrator/call/budget_request.h"

#include "diagnostics/nearest.h"
#include "model/peak/peak.h"
#include "sweeps/law/report/prediction.h"

#include <fmt/format.h>

#include <cmath>

namespace enigma::cli {

namespace {

namespace po = boost::program_options;

double positive(const po::variables_map& values, const std::string& option, double most) {
  if (values.count(option) == 0) {
    throw InputError({{.message = "--" + option + " is missing",
                       .expected = "--flops C, or --gpus G --hours H --mfu M with --device NAME or "
                                   "--peak-tflops P"}});
  }
  const double value = values[option].as<double>();
  if (value > 0 && value <= most) { return value; }
  throw InputError({{.message = "--" + option + ": not a valid value",
                     .expected = std::isinf(most) ? "a number > 0" : fmt::format("0 to {}", most),
                     .found = fmt::format("{}", value)}});
}

double peak_of(const po::variables_map& values) {
  if (values.count("device") == 0) { return positive(values, "peak-tflops", INFINITY) * 1e12; }
  const auto& device = values["device"].as<std::string>();
  if (const auto peak = model::peak_of(device, model::DataType::bfloat16)) {
    return peak->flops_per_s;
  }
  throw InputError({{.message = "--device: its peak is not known, and never guessed",
                     .expected = "a device of the table, or --peak-tflops",
                     .found = device,
                     .suggestion = suggest_name(device, model::known_devices())}});
}

/// The two ways to state a budget exclude each other.
void check_one_way(const po::variables_map& values) {
  if (values.count("flops") == 0) { return; }
  for (const char* other : {"gpus", "hours", "mfu", "device", "peak-tflops"}) {
    if (values.count(other) == 0) { continue; }
    throw InputError({{.message = "duplicate budget",
                       .expected = "--flops, or --gpus --hours --mfu with --device",
                       .found = fmt::format("--flops and --{}", other)}});
  }
}

}  // namespace

void add_budget_options(po::options_description& options) {
  auto add = options.add_options();
  add("flops", po::value<double>(), "the budget in FLOPs");
  add("gpus", po::value<double>(), "or: number of devices");
  add("hours", po::value<double>(), "hours on them");
  add_speed_options(options);
}

void add_speed_options(po::options_description& options) {
  auto add = options.add_options();
  add("mfu", po::value<double>(), "model FLOPs utilisation, above 0 and at most 1");
  add("device", po::value<std::string>(), "A100, H100, H100 PCIe or H200 (dense bfloat16 peak)");
  add("peak-tflops", po::value<double>(), "peak of one device, where it is another");
}

StatedSpeed stated_speed(const po::variables_map& values) {
  const bool mfu = values.count("mfu") > 0;
  const bool peak = values.count("device") + values.count("peak-tflops") > 0;
  if (mfu && peak) { return {positive(values, "mfu", 1) * peak_of(values), {}}; }
  if (mfu) { return {{}, positive(values, "mfu", 1)}; }
  if (!peak) { return {}; }
  throw InputError({{.message = "the speed is incomplete",
                     .expected = "--mfu M with --device NAME or --peak-tflops P",
                     .found = "a peak alone"}});
}

double budget_flops_of(const po::variables_map& values) {
  check_one_way(values);
  if (values.count("flops") > 0) { return positive(values, "flops", 1e60); }
  return law::flops_of(positive(values, "gpus", 1e9), positive(values, "hours", 1e9),
                       positive(values, "mfu", 1), peak_of(values));
}

}  // namespace enigma::cli
