// enigma-sweep doctor: what of this machine, its scheduler and a site's profile will not work.

#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/doctor/cluster_checks.h"
#include "orchestrator/doctor/probe.h"
#include "orchestrator/documents/columns.h"
#include "orchestrator/documents/unknown.h"
#include "orchestrator/slurm/scheduler.h"
#include "orchestrator/submit/site_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;
using documents::Json;

std::optional<sweeps::Site> asked_site(const po::variables_map& values) {
  const auto& word = values["site"].as<std::string>();
  if (word.empty()) { return std::nullopt; }
  auto site = site_named(word, std::filesystem::current_path());
  if (!site.ok()) { throw InputError(site.diagnostics); }
  return std::move(site.value);
}

doctor::Check obedience(const sweeps::Site& site) {
  doctor::Check check{"site_rules", true, "", ""};
  for (const std::string& rule : site.forbids) {
    check.found += (check.found.empty() ? "" : ", ") + rule;
  }
  check.found = check.found.empty() ? "nothing is forbidden" : "forbidden: " + check.found;
  if (site.forbidden("tunnel")) {
    check.advice = "reach the controller from elsewhere through ssh -L alone";
  }
  return check;
}

doctor::Checks all_checks(const Invocation& invocation, const po::variables_map& values) {
  const auto site = asked_site(values);
  const bool asks_slurm = !site || site->scheduler == "slurm";
  const auto options = site ? site->options : std::map<std::string, std::string>();
  const auto facts = asks_slurm ? slurm::Scheduler().facts(options) : slurm::ClusterFacts();
  doctor::Checks checks = doctor::check_store(invocation.store, facts);
  checks.push_back(doctor::check_worker(invocation.program.parent_path() / "enigma-worker"));
  if (site) { checks.push_back(obedience(*site)); }
  // A machine without Slurm is no broken cluster, unless a site is asked for.
  if (asks_slurm && (site || !facts.version.empty())) {
    for (doctor::Check& each : doctor::check_cluster(facts, site)) {
      checks.push_back(std::move(each));
    }
  }
  return checks;
}

Json to_json(const doctor::Checks& checks) {
  auto list = Json::array();
  for (const doctor::Check& check : checks) {
    list.push_back({{"name", check.name},
                    {"ok", check.ok},
                    {"found", documents::or_null(check.found)},
                    {"advice", documents::or_null(check.advice)}});
  }
  return {{"checks", list}};
}

void print(const doctor::Checks& checks) {
  size_t width = 0;
  for (const doctor::Check& check : checks) { width = std::max(width, check.name.size()); }
  for (const doctor::Check& check : checks) {
    std::cout << fmt::format("{:<5}  {:<{}}  {}\n", check.ok ? "ok" : "WRONG", check.name, width,
                             check.found);
    if (!check.advice.empty()) { std::cout << documents::wrapped("advice: " + check.advice, 8); }
  }
}

}  // namespace

int diagnose(const Invocation& invocation) {
  po::options_description options("doctor");
  options.add_options()("site", po::value<std::string>()->default_value(""),
                        "profile of the cluster: name or file");
  const auto values = parse_options(invocation, "doctor [--site SITE]", options);
  if (!values) { return kDone; }
  const doctor::Checks checks = all_checks(invocation, *values);
  if (invocation.json) {
    print_document(invocation, to_json(checks));
  } else {
    print(checks);
  }
  return std::ranges::all_of(checks, &doctor::Check::ok) ? kDone : kFault;
}

}  // namespace enigma::cli
