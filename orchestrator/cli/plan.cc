// enigma-sweep plan: what a spec would run, and what of it is new.

#include "files/atomic_file.h"
#include "input/document.h"
#include "orchestrator/call/budget_request.h"
#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/columns.h"
#include "orchestrator/documents/time_text.h"
#include "orchestrator/serve/clock.h"
#include "orchestrator/slurm/scheduler.h"
#include "orchestrator/submit/site_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

std::string device_time_text(const std::optional<double>& hours) {
  return hours ? documents::duration_text(3600 * *hours) : "-";
}

void print_table(const sweeps::Plan& plan) {
  std::vector<std::vector<std::string>> rows = {{"point", "action", "params", "steps", "FLOPs",
                                                 "windows", "epochs", "memory", "device time"}};
  double flops = 0;
  for (const sweeps::PlannedPoint& point : plan.points) {
    flops += point.flops;
    rows.push_back({point.sweep_point.name, sweeps::name_of(point.action),
                    std::to_string(point.params.shared), std::to_string(point.steps),
                    fmt::format("{:.4g}", point.flops), std::to_string(point.windows),
                    fmt::format("{:.2f}", point.epochs),
                    fmt::format("{:.1f} MB", static_cast<double>(point.memory_bytes) / 1e6),
                    device_time_text(point.device_hours)});
  }
  std::cout << documents::aligned(std::move(rows), {}, {0});
  std::cout << fmt::format("{}: {} points, {:.4g} FLOPs, basis of device time: {}\n", plan.sweep,
                           plan.points.size(), flops,
                           sweeps::basis_of(plan) == nullptr ? "none" : sweeps::basis_of(plan));
}

/// Asks the cluster's scheduler once for each kind of job.
void estimate_starts(PlannedSweep& planned, const SweepRequest& request) {
  if (planned.executor != "slurm") { return; }
  const slurm::Scheduler scheduler;
  std::map<std::string, std::optional<double>> known;
  for (sweeps::PlannedPoint& point : planned.plan.points) {
    const attempts::Placement placement = placement_of(planned, request, "", point);
    const auto [found, is_new] = known.try_emplace(attempts::to_text(placement));
    if (is_new) { found->second = scheduler.earliest_start(placement); }
    point.earliest_start = found->second;
  }
}

void print_start(const sweeps::Plan& plan) {
  std::optional<double> first;
  for (const sweeps::PlannedPoint& point : plan.points) {
    if (point.earliest_start) {
      first = std::min(first.value_or(*point.earliest_start), *point.earliest_start);
    }
  }
  if (!first) { return; }
  std::cout << fmt::format("the scheduler would start the first job at {} UTC\n",
                           documents::time_text(*first));
}

}  // namespace

int plan(const Invocation& invocation) {
  po::options_description options("plan");
  options.add_options()("spec", po::value<std::string>(), "the sweep's spec")(
      "data", po::value<std::string>()->default_value(""), "folder of recordings")(
      "executor", po::value<std::string>()->default_value(""), "instead of the spec's")(
      "site", po::value<std::string>()->default_value(""), "profile of the cluster: name or file");
  add_speed_options(options);
  po::positional_options_description positional;
  positional.add("spec", 1);
  const auto values = parse_options(invocation, "plan SPEC [options]", options, positional);
  if (!values) { return kDone; }
  const std::string file = required(*values, "spec");
  if (!fs::is_regular_file(file)) { return not_found(invocation, "there is no file " + file); }
  SweepRequest request;
  request.text = read_file(file, kDocumentBytesMax);
  request.file = file;
  request.data = (*values)["data"].as<std::string>();
  request.executor = (*values)["executor"].as<std::string>();
  request.site = absolute_site((*values)["site"].as<std::string>());
  request.day = today();
  const StatedSpeed speed = stated_speed(*values);
  request.flops_per_s = speed.flops_per_s;
  request.mfu = speed.mfu;
  const auto store = store_if_any(invocation);
  auto planned = plan_sweep(request, store ? &*store : nullptr, invocation.store);
  if (!planned.ok()) { throw InputError(planned.diagnostics); }
  estimate_starts(*planned.value, request);
  if (invocation.json) {
    print_document(invocation, sweeps::to_json(planned.value->plan));
    return kDone;
  }
  print_diagnostics(planned.diagnostics);
  for (const auto& point : planned.value->plan.points) { print_diagnostics(point.warnings); }
  print_table(planned.value->plan);
  print_start(planned.value->plan);
  return kDone;
}

}  // namespace enigma::cli
