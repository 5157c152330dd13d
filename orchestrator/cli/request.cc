// enigma-sweep cancel, hold, resume and retry: a run, or every run of a sweep, stops for good or
// for now; what is held, failed or cancelled goes on from its last checkpoint.

#include "diagnostics/nearest.h"
#include "orchestrator/call/background.h"
#include "orchestrator/cli/verbs.h"
#include "worker/protocol/exit_code.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>

namespace enigma::cli {

namespace po = boost::program_options;

namespace {

po::options_description name_option(const std::string& verb) {
  po::options_description options(verb);
  options.add_options()("name", po::value<std::string>(), "run or sweep");
  return options;
}

po::positional_options_description name_first() {
  po::positional_options_description positional;
  positional.add("name", 1);
  return positional;
}

/// `path` is the controller's address, `done` the word for the runs that changed ("cancelled").
/// Starts a controller where none runs: it is the one writer of the store.
int request_runs(const Invocation& invocation, const std::string& path,
                 const nlohmann::json& request, const std::string& done) {
  if (!std::filesystem::exists(invocation.store / "runs.db")) {
    return not_found(invocation, "there is no store at " + invocation.store.string(),
                     "--store DIR names it");
  }
  try {
    const auto document = post_to(ensure_controller(invocation).address, path, request);
    if (invocation.json) {
      print_document(invocation, document);
    } else {
      std::cout << fmt::format("{} of {} runs {}\n", document.at("changed").size(),
                               document.at("runs").size(), done);
    }
    return kDone;
  } catch (const NotFound& absent) {
    return not_found(invocation, absent.what(), "'enigma-sweep status' lists them");
  }
}

int request_by_name(const Invocation& invocation, const std::string& path,
                    const std::string& done) {
  const auto values = parse_options(invocation, invocation.verb + " RUN|SWEEP",
                                    name_option(invocation.verb), name_first());
  if (!values) { return kDone; }
  return request_runs(invocation, path, {{"name", required(*values, "name")}}, done);
}

std::string known_class(const std::string& word) {
  if (protocol::failure_class_named(word)) { return word; }
  const auto names = protocol::failure_class_names();
  throw InputError({{.file = "command line",
                     .message = "--class: no such class of failure",
                     .expected = fmt::format("one of {}", fmt::join(names, ", ")),
                     .found = word,
                     .suggestion = suggest_name(word, names)}});
}

}  // namespace

int cancel(const Invocation& invocation) {
  return request_by_name(invocation, "/api/v1/cancel", "cancelled");
}

int hold(const Invocation& invocation) {
  return request_by_name(invocation, "/api/v1/hold", "held");
}

int resume(const Invocation& invocation) {
  return request_by_name(invocation, "/api/v1/resume", "resumed");
}

int retry(const Invocation& invocation) {
  auto options = name_option(invocation.verb);
  options.add_options()("class", po::value<std::string>(),
                        "of the failure that ended them (show names a run's)");
  const auto values =
      parse_options(invocation, "retry --class CLASS [RUN|SWEEP]", options, name_first());
  if (!values) { return kDone; }
  nlohmann::json request = {{"class", known_class(required(*values, "class"))}};
  if (values->count("name") != 0) { request["name"] = (*values)["name"].as<std::string>(); }
  return request_runs(invocation, "/api/v1/resume", request, "resumed");
}

}  // namespace enigma::cli
