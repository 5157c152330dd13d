// enigma-sweep submit: plans a spec, hands it to the controller (leaving one in the background
// where none runs), and with --wait follows it to the end.

#include "files/atomic_file.h"
#include "input/document.h"
#include "orchestrator/call/background.h"
#include "orchestrator/call/budget_request.h"
#include "orchestrator/call/follow.h"
#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/status.h"
#include "orchestrator/serve/clock.h"
#include "orchestrator/submit/site_file.h"

#include <fmt/format.h>

#include <iostream>
#include <unistd.h>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

constexpr const char* kUsage =
    "submit SPEC [options]\n\n"
    "Workers get the environment in which this command runs, whoever started the controller: all\n"
    "variables but those of a terminal, login or scheduler's job (TERM, PWD, SSH_*, SLURM_*, ...)\n"
    "and those that are not UTF-8. 'show RUN' lists them, values of secrets (*TOKEN*, *SECRET*,\n"
    "*PASSWORD*, *_KEY, ...) hidden; they are kept in the store for its owner alone. A worker "
    "starts\n"
    "in its attempt's folder.";

po::options_description known_options() {
  po::options_description options("submit");
  options.add_options()("spec", po::value<std::string>(), "the sweep's spec")(
      "wait", po::bool_switch(), "follow it to the end")(
      "data", po::value<std::string>()->default_value(""), "folder of recordings")(
      "executor", po::value<std::string>()->default_value(""), "instead of the spec's")(
      "site", po::value<std::string>()->default_value(""), "profile of the cluster: name or file")(
      "worker", po::value<std::string>()->default_value(""),
      "program to run in place of enigma-worker");
  add_speed_options(options);
  return options;
}

// Before anything is planned: a worker that is not there would fail every run.
std::string worker_of(const Invocation& invocation, const std::string& asked) {
  const fs::path worker =
      asked.empty() ? invocation.program.parent_path() / "enigma-worker" : fs::absolute(asked);
  if (::access(worker.c_str(), X_OK) == 0 && !fs::is_directory(worker)) { return worker.string(); }
  Diagnostic absent;
  absent.message = "the worker cannot be executed";
  absent.found = worker.string();
  absent.suggestion = "build enigma-worker (it needs LibTorch), or name a program with --worker";
  throw InputError({absent});
}

SweepRequest request_of(const Invocation& invocation, const po::variables_map& values) {
  const std::string file = fs::absolute(required(values, "spec")).string();
  const std::string data = values["data"].as<std::string>();
  const StatedSpeed speed = stated_speed(values);
  return {read_file(file, kDocumentBytesMax),
          file,
          data.empty() ? "" : fs::absolute(data).string(),
          values["executor"].as<std::string>(),
          worker_of(invocation, values["worker"].as<std::string>()),
          speed.flops_per_s,
          attempts::environment_of(environ),
          absolute_site(values["site"].as<std::string>()),
          today(),
          speed.mfu};
}

// The store's folder is made first: it keeps the recordings' digests, which the controller needs
// again. A refused spec leaves no empty folder behind.
PlannedSweep planned(const Invocation& invocation, const SweepRequest& request) {
  fs::create_directories(invocation.store);
  const auto store = store_if_any(invocation);
  auto result = plan_sweep(request, store ? &*store : nullptr, invocation.store);
  if (!result.ok()) {
    std::error_code not_empty;
    fs::remove(invocation.store, not_empty);
    throw InputError(result.diagnostics);
  }
  print_diagnostics(result.diagnostics);
  return std::move(*result.value);
}

void tell(const sweeps::Plan& plan, const nlohmann::ordered_json& answer, const Found& controller) {
  const size_t fresh = answer.at("submitted").size();
  std::cerr << fmt::format("{}: {} points, {} new, {} in the store already\n", plan.sweep,
                           plan.points.size(), fresh, plan.points.size() - fresh);
  std::cerr << fmt::format("controller{}: pid {}, {}\n",
                           controller.started ? " started in the background" : "",
                           controller.address.process.pid, controller.address.url);
}

}  // namespace

int submit(const Invocation& invocation) {
  po::positional_options_description positional;
  positional.add("spec", 1);
  const auto values = parse_options(invocation, kUsage, known_options(), positional);
  if (!values) { return kDone; }
  const std::string spec = required(*values, "spec");
  if (!fs::is_regular_file(spec)) { return not_found(invocation, "there is no file " + spec); }
  const SweepRequest request = request_of(invocation, *values);
  const PlannedSweep sweep = planned(invocation, request);
  const Found controller = ensure_controller(invocation);
  const auto answer = post_to(controller.address, "/api/v1/submit", to_json(request));
  tell(sweep.plan, answer, controller);
  const bool wait = (*values)["wait"].as<bool>();
  const int verdict = wait ? follow(invocation, sweep.plan.sweep) : kDone;
  if (!invocation.json) { return verdict; }
  auto document = sweeps::to_json(sweep.plan);
  document["submitted"] = answer.at("submitted");
  document["controller"] = {{"pid", controller.address.process.pid},
                            {"url", controller.address.url}};
  if (wait) {
    const auto living = document_of(read_address(fs::absolute(invocation.store)));
    document["status"] = status_of_sweep(invocation.store, sweep.plan.sweep, living);
  }
  print_document(invocation, document);
  return verdict;
}

}  // namespace enigma::cli
